using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.Tests.Support;
using Vgpnn.Kernels;
using Vgpnn.Kernels.OpenCl;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Media;
using Vgpnn.Testing;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests;

/// <summary>docs/gpu.md, "In a cluster".</summary>
public class DeviceTests
{
    [DeviceFact]
    public async Task Samples_of_a_node_with_a_device_have_the_bits_of_devices_and_the_second_uploads_nothing_but_its_noise()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        using var device = new OpenClEngine(OpenClDevice.Find());
        string tenant = await bundle.TenantAsync(), video = await bundle.VideoAsync(tenant);
        RequestStatus request = await new RequestGrain(bundle.Store, onDevices: true).SubmitAsync(tenant, Bundle.Request(video, samples: 3));
        Assert.Equal(EngineClass.OpenCl, request.EngineClass);
        await using TestNode node = bundle.Node(device);
        var uploads = new List<long>();
        while (await node.AdmitAsync() is { } grain)
        {
            long before = device.Session.BytesUp;
            await node.RunAsync(grain);
            uploads.Add(device.Session.BytesUp - before);
        }

        Sampler alone = await SamplerAsync(device);
        IReadOnlyList<SampleStatus> samples = await SampleGrain.ListAsync(bundle.Store, tenant, request.RequestId, -1, 10);
        Assert.Equal(Enumerable.Range(0, 3).Select(i => alone.Sample(7, i, new Workers(1)).ContentHash()), samples.Select(s => s.FramesSha256));
        Extent coarsest = alone.Plan.Coarsest.Query;
        long noise = (alone.Plan.Starts * ((coarsest.Count * 4 * sizeof(short)) + sizeof(ulong))) + (alone.Plan.Starts > 1 ? sizeof(ulong) : 0);
        Assert.True(uploads[0] > 3 * alone.Plan.Input.Count);
        Assert.Equal([noise, noise], uploads[1..]);
        await bundle.HoldsAsync();
    }

    [DeviceFact]
    public async Task A_device_is_for_one_turn_at_a_time_and_for_nodes_that_have_one()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        using var device = new OpenClEngine(OpenClDevice.Find());
        string tenant = await bundle.TenantAsync(), video = await bundle.VideoAsync(tenant);
        await new RequestGrain(bundle.Store, onDevices: true).SubmitAsync(tenant, Bundle.Request(video, samples: 2));
        await using TestNode without = bundle.Node("without"), with = bundle.Node(device, "with");
        Assert.Null(await without.AdmitAsync());
        GrainKey first = (await with.AdmitAsync())!.Value;
        Assert.Null(await with.AdmitAsync());

        // What the processor does goes on beside it.
        await bundle.SubmitAsync(tenant, video);
        Assert.NotNull(await with.AdmitAsync());
        await with.RunAsync(first);
        Assert.NotNull(await with.AdmitAsync());
    }

    [DeviceFact]
    public async Task A_sample_whose_device_fails_is_made_on_another_node()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        using var small = new OpenClEngine(OpenClDevice.Find(), maxBytes: 1 << 20);
        using var device = new OpenClEngine(OpenClDevice.Find());
        string tenant = await bundle.TenantAsync(), video = await bundle.VideoAsync(tenant);
        RequestStatus request = await new RequestGrain(bundle.Store, onDevices: true).SubmitAsync(tenant, Bundle.Request(video));
        await using TestNode failing = bundle.Node(small, "failing", deviceMemory: 8L << 30), working = bundle.Node(device, "working");
        await failing.RunAsync((await failing.AdmitAsync())!.Value);
        Assert.Equal(SampleState.Queued, (await bundle.SampleAsync(tenant, request.RequestId)).State);

        // It waits a little before it is tried again.
        await bundle.Store.RunAsync(state => state.ExecuteAsync("UPDATE turns SET not_before = 0"));
        await working.RunAllAsync();
        Assert.Equal(SampleState.Succeeded, (await bundle.SampleAsync(tenant, request.RequestId)).State);
    }

    [DeviceFact]
    public async Task A_node_whose_device_is_lost_takes_no_more_samples_for_it_and_goes_on_with_the_others()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        using var lost = new DeviceSession(OpenClDevice.Find(), watchdog: TimeSpan.Zero);
        using var hanging = new OpenClEngine(lost);
        using var device = new OpenClEngine(OpenClDevice.Find());
        string tenant = await bundle.TenantAsync(), video = await bundle.VideoAsync(tenant);
        RequestStatus request = await new RequestGrain(bundle.Store, onDevices: true).SubmitAsync(tenant, Bundle.Request(video));
        await using TestNode losing = bundle.Node(hanging, "losing"), working = bundle.Node(device, "working");
        await losing.RunAsync((await losing.AdmitAsync())!.Value);
        Assert.Equal(OpenClFailure.Hung, lost.Broken?.Failure);
        Assert.Equal(SampleState.Queued, (await bundle.SampleAsync(tenant, request.RequestId)).State);
        await bundle.Store.RunAsync(state => state.ExecuteAsync("UPDATE turns SET not_before = 0"));
        Assert.Null(await losing.AdmitAsync());
        await bundle.SubmitAsync(tenant, video);
        Assert.NotNull(await losing.AdmitAsync());
        await working.RunAllAsync();
        Assert.Equal(SampleState.Succeeded, (await bundle.SampleAsync(tenant, request.RequestId)).State);
    }

    [DeviceFact]
    public async Task A_sample_goes_to_a_device_that_has_room_for_it_and_to_the_processor_where_none_has()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        using var device = new OpenClEngine(OpenClDevice.Find());
        string tenant = await bundle.TenantAsync(), video = await bundle.VideoAsync(tenant);
        var requests = new RequestGrain(bundle.Store, onDevices: true);
        long needed = DeviceCost.LeastBytes((await SamplerAsync(device)).Plan, Clips.Quick);

        // Before any node has shown itself: whoever comes with a device may have room.
        RequestStatus early = await requests.SubmitAsync(tenant, Bundle.Request(video));
        Assert.Equal(EngineClass.OpenCl, early.EngineClass);
        await using TestNode small = bundle.Node(device, "small", needed - 1);
        await small.ShowAsync();
        Assert.Null(await small.AdmitAsync());
        Assert.Equal(EngineClass.Cpu, (await requests.SubmitAsync(tenant, Bundle.Request(video))).EngineClass);

        await using TestNode large = bundle.Node(device, "large", needed);
        await large.ShowAsync();
        Assert.Equal(EngineClass.OpenCl, (await requests.SubmitAsync(tenant, Bundle.Request(video))).EngineClass);
        Assert.Equal(GrainKey.Sample(early.RequestId, 0), await large.AdmitAsync());
    }

    private static async Task<Sampler> SamplerAsync(OpenClEngine device)
    {
        string path = Path.Combine(Path.GetTempPath(), $"vgpnn-clip-{Guid.NewGuid():N}.mp4");
        try
        {
            await File.WriteAllBytesAsync(path, await Clips.SmallAsync());
            return Sampler.Create([new SamplerInput(InputRole.Input, (await ClipReader.ReadAsync(path)).Clip)], Clips.Quick, device: device);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
