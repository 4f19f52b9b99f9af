using Vgpnn.Grains;
using Vgpnn.Grains.Dispatch;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Samples;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Storage.Blobs.Tracing;
using Vgpnn.Grains.Videos;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Media;
using Vgpnn.Silo.Api;
using Vgpnn.Silo.Hosting.Clustering;
using Vgpnn.Silo.Hosting.Jobs;
using Vgpnn.Silo.Hosting.Startup;
using Vgpnn.Silo.Observing;
using Vgpnn.Silo.Settings;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Backends.Gpu;

namespace Vgpnn.Silo;

/// <summary>How the parts of a silo are put together.</summary>
internal static class SiloServices
{
    public static void AddSilo(this WebApplicationBuilder builder, SiloSettings settings)
    {
        IServiceCollection services = builder.Services;
        builder.WebHost.UseUrls(settings.Urls);
        builder.AddTelemetry(settings);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Orleans", settings.Serve ? LogLevel.Error : LogLevel.Warning);

        // What these warn of at every start is harmless.
        foreach (string source in (string[])["Orleans.Runtime.Silo", "Orleans.Runtime.Watchdog", "Polly"]) builder.Logging.AddFilter(source, LogLevel.Error);
        if (settings.Serve) builder.Logging.SetMinimumLevel(LogLevel.Warning);
        services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(settings.DrainSeconds + 15));
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IBlobStore>(_ => new TracedBlobs(BlobStores.Open(settings.Blobs)));
        if (settings.IsClient)
        {
            builder.AddOrleansClient(settings);
            builder.AddApi(settings);
            return;
        }

        // In this order: what a service needs is there when it starts, and still there when it stops.
        services.AddHostedService<Preparation>();
        builder.AddOrleans(settings);
        builder.AddDashboard(settings);
        services.AddGrainParts(settings);
        if (settings.IsApi) builder.AddApi(settings);
        if (settings.IsWorker) services.AddWorker(settings);
        if (settings.Storage.Length > 0) services.AddHostedService<SiloWatch>();
        services.AddHostedService<Maintenance>();
        if (!settings.IsApi) return;
        services.AddSingleton<FirstTenant>();
        services.AddHostedService<AdminKey>();
        if (settings.Serve) services.AddHostedService<StartupBanner>();
    }

    private static void AddWorker(this IServiceCollection services, SiloSettings settings)
    {
        GpuDevice? device = settings.HasDevice ? OpenDevice(services, settings) : null;
        long? deviceMemory = device is null ? null : device.UsableBytes;
        string id = $"{settings.Name}-{Guid.NewGuid():N}"[..Math.Min(settings.Name.Length + 9, 109)];
        services.AddSingleton(new WorkerIdentity(
            id, typeof(SiloServices).Assembly.GetName().Version!.ToString(3), device is null ? [BackendName.Cpu] : [BackendName.Cpu, BackendName.Gpu]));
        services.AddSingleton(new SiloCapacity(settings.Slots, settings.Memory, deviceMemory, device is null ? null : () => !device.IsBroken));
        services.AddSingleton(new LevelBudget(settings.LevelCache));
        services.AddSingleton<ClipCache>();
        services.AddSingleton(_ => new ScratchDirectory(Path.Combine(Path.GetTempPath(), $"vgpnn-{id}")));
        services.AddSingleton(p => new SamplerSource(
            p.GetRequiredService<IBlobStore>(), p.GetRequiredService<ScratchDirectory>(), p.GetRequiredService<ClipCache>(), device));
        services.AddSingleton(new SampleOptions(settings.ThreadsPerSample, TimeSpan.FromSeconds(settings.CheckpointSeconds)));
        services.AddSingleton(MediaLimits.Default with { Timeout = TimeSpan.FromSeconds(settings.DecodeSeconds) });
        services.AddSingleton<SampleRunner>();
        services.AddSingleton<IngestRunner>();
        services.AddSingleton<Worker>();
        services.AddHostedService(p => p.GetRequiredService<Worker>());
    }

    private static GpuDevice OpenDevice(IServiceCollection services, SiloSettings settings)
    {
        try
        {
            Device device = Device.Open(Devices.Find(settings.DeviceIndex));
            services.AddSingleton(device.Description);
            return new GpuDevice(device);
        }
        catch (DeviceException e)
        {
            throw new GrainException("no-device", $"the setting Device is {settings.Device}, but {e.Message}");
        }
    }
}
