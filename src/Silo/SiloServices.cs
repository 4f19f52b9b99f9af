using Vgpnn.Grains;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.State;
using Vgpnn.Kernels.OpenCl;
using Vgpnn.Silo.Api;
using Vgpnn.Silo.Hosting;
using Vgpnn.Silo.Observing;
using Vgpnn.Silo.Scheduling;
using Vgpnn.Synthesis.Media;
using Vgpnn.Synthesis;

namespace Vgpnn.Silo;

/// <summary>How the parts of a node are put together.</summary>
internal static class SiloServices
{
    /// <summary>The key of the state store whose connections are the node's signs of life alone.</summary>
    private const string Reserved = "reserved";

    public static void AddSilo(this WebApplicationBuilder builder, SiloSettings settings)
    {
        IServiceCollection services = builder.Services;
        builder.WebHost.UseUrls(settings.Urls);
        builder.AddTelemetry(settings);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (settings.Serve) builder.Logging.SetMinimumLevel(LogLevel.Warning);
        services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(settings.DrainSeconds + 15));
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<StopTokens>();
        services.AddSingleton(_ => StateStore.Open(settings.Database));
        services.AddSingleton<IBlobStore>(_ => new TracedBlobStore(BlobStores.Open(settings.Blobs)));
        services.AddSingleton<TenantGrain>();
        services.AddSingleton(p => new RequestGrain(p.GetRequiredService<StateStore>(), settings.HasDevice));
        services.AddSingleton<Outbox>();
        services.AddSingleton<Retention>();
        services.AddSingleton(p => new VideoGrain(
            p.GetRequiredService<StateStore>(), p.GetRequiredService<IBlobStore>(),
            MediaLimits.Default with { Timeout = TimeSpan.FromSeconds(settings.DecodeSeconds) }));
        services.AddHostedService<Preparation>();
        if (settings.IsApi) builder.AddApi();
        if (settings.IsWorker) services.AddWorker(settings);
        if (settings.IsNotifier) services.AddHostedService<Notifier>();
        if (settings.IsWorker) services.AddHostedService<Housekeeping>();
        if (settings.Serve && settings.IsApi) services.AddHostedService<Welcome>();
    }

    private static void AddWorker(this IServiceCollection services, SiloSettings settings)
    {
        services.AddKeyedSingleton(Reserved, (p, _) => p.GetRequiredService<StateStore>().Postgres is null
            ? p.GetRequiredService<StateStore>()
            : StateStore.Open($"{settings.Database};Maximum Pool Size=2;Application Name=life"));
        OpenClEngine? device = settings.HasDevice ? OpenDevice(settings) : null;
        long deviceMemory = device is null ? 0 : DeviceCost.UsableBytes(device.Session);
        services.AddSingleton(new NodeInfo(
            $"{settings.Name}-{Guid.NewGuid():N}"[..Math.Min(settings.Name.Length + 9, 109)],
            typeof(SiloServices).Assembly.GetName().Version!.ToString(3), settings.HasDevice ? [EngineClass.Cpu, EngineClass.OpenCl] : [EngineClass.Cpu], settings.Slots, settings.Memory, deviceMemory));
        services.AddSingleton(new Capacity(settings.Slots, settings.Memory, deviceMemory, device is null ? null : () => device.Session.Broken is null));
        services.AddSingleton(new LevelGrain(settings.LevelCache, device));
        services.AddSingleton(new SampleOptions(settings.ThreadsPerSample, TimeSpan.FromSeconds(settings.CheckpointSeconds)));
        services.AddSingleton(p => new WorkDirectory(Path.Combine(Path.GetTempPath(), $"vgpnn-{p.GetRequiredService<NodeInfo>().Id}")));
        services.AddSingleton(p => new LongTurns(p.GetRequiredService<StateStore>(), settings.MaxCrashes));
        services.AddSingleton(p => new NodeLife(
            p.GetRequiredKeyedService<StateStore>(Reserved), p.GetRequiredService<NodeInfo>(), settings.CheckIn,
            p.GetRequiredService<ILogger<NodeLife>>()));
        services.AddSingleton<SampleGrain>();
        services.AddSingleton<TurnRunner>();
        services.AddSingleton<QuartzTurnScheduler>();
        services.AddSingleton<ITurnScheduler>(p => p.GetRequiredService<QuartzTurnScheduler>());
        services.AddSingleton<Reconciler>();
        services.AddSingleton<Sweeper>();
        services.AddSingleton<AdmissionPump>();
        services.AddScheduler(settings);
        services.AddHostedService<Worker>();
        services.AddHostedService(p => p.GetRequiredService<AdmissionPump>());
        services.AddHostedService<Upkeep>();
    }

    private static OpenClEngine OpenDevice(SiloSettings settings)
    {
        try
        {
            return new OpenClEngine(OpenClDevice.Find(settings.DeviceIndex));
        }
        catch (OpenClException e)
        {
            throw new GrainException("no-device", $"the setting Device is {settings.Device}, but {e.Message}");
        }
    }
}
