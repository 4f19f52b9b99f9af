using ILGPU;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>Properties, memory, sharing and failures of a device.</summary>
[Collection(nameof(OneDevice))]
public class DeviceTests(OneDevice device)
{
    private static readonly Extent Patch = new(3, 5, 5);

    [GpuFact]
    public void Device_reports_its_name_kind_and_limits()
    {
        DeviceDescription found = Devices.Find();
        Assert.Equal(0, found.Index);
        Assert.NotEqual("", found.Name);
        Assert.NotEqual("", found.Platform);
        Assert.NotEqual("", found.Version);
        Assert.InRange(found.Memory, 1 << 20, long.MaxValue);
        Assert.InRange(found.MaxBuffer, 1 << 20, found.Memory);
        Assert.True(found.Units > 0 && found.MaxGroup > 0 && found.SharedMemory > 0);
    }

    [GpuFact]
    public void Error_for_a_missing_device_names_its_index()
    {
        DeviceException e = Assert.Throws<DeviceException>(() => Devices.Find(99));
        Assert.Equal(DeviceFailure.NoDevice, e.Failure);
        Assert.Contains("99", e.Message, StringComparison.Ordinal);
    }

    [GpuFact]
    public void Allocation_beyond_the_limit_fails_and_smaller_ones_still_succeed()
    {
        using Device small = Device.Open(Devices.Find(), maxBytes: 3 << 20);
        DeviceException e = Assert.Throws<DeviceException>(() => small.Invoke(engine => engine.Allocate(new Extent(1, 1024, 1024))));
        Assert.Equal(DeviceFailure.OutOfMemory, e.Failure);
        Assert.Contains("4 MiB", e.Message, StringComparison.Ordinal);
        Assert.Contains("3 MiB", e.Message, StringComparison.Ordinal);
        Assert.Null(small.Broken);
        small.Invoke(engine =>
        {
            using (engine.Allocate(new Extent(1, 512, 1024))) Assert.Equal(2 << 20, small.BytesHeld);
        });
        Assert.Equal((0, 2 << 20), (small.BytesHeld, small.MostBytesHeld));
    }

    [GpuFact]
    public async Task Device_that_does_not_answer_is_marked_hung()
    {
        Device slow = Device.Open(Devices.Find(), watchdog: TimeSpan.FromMilliseconds(200));
        Task<bool> hanging = slow.Run(engine =>
        {
            Delay(engine, rounds: 1 << 17);
            engine.Finish();
            return true;
        });
        Task<bool> behind = slow.Run(_ => true);
        Assert.Equal(DeviceFailure.Hung, (await Assert.ThrowsAsync<DeviceException>(() => hanging)).Failure);
        Assert.Equal(DeviceFailure.Hung, (await Assert.ThrowsAsync<DeviceException>(() => behind)).Failure);
        Assert.Equal(DeviceFailure.Hung, slow.Broken?.Failure);
        Assert.Equal(DeviceFailure.Hung, (await Assert.ThrowsAsync<DeviceException>(() => slow.Run(_ => true))).Failure);

        // Returns immediately: disposal does not wait for hung work.
        slow.Dispose();
    }

    [GpuFact]
    public void Kernel_that_does_not_compile_breaks_the_device()
    {
        using Device fragile = Device.Open(Devices.Find());
        DeviceException e = Assert.Throws<DeviceException>(() => fragile.Invoke(_ => fragile.Load("broken", a => ILGPU.Runtime.KernelLoaders.LoadKernel<int>(a, Broken))));
        Assert.Equal(DeviceFailure.Build, e.Failure);
        Assert.Contains("broken", e.Message, StringComparison.Ordinal);
        Assert.Equal(DeviceFailure.Build, Assert.Throws<DeviceException>(() => fragile.Invoke(engine => engine.Allocate(Patch))).Failure);
    }

    [GpuFact]
    public void Driver_error_marks_the_device_as_lost()
    {
        using Device lost = Device.Open(Devices.Find());
        DeviceException e = Assert.Throws<DeviceException>(
            () => lost.Invoke<int>(_ => throw new ILGPU.Runtime.OpenCL.CLException(ILGPU.Runtime.OpenCL.CLError.CL_OUT_OF_RESOURCES)));
        Assert.Equal(DeviceFailure.Lost, e.Failure);
        Assert.Same(e, lost.Broken);
        Assert.Equal(DeviceFailure.Lost, Assert.Throws<DeviceException>(() => lost.Invoke(_ => 1)).Failure);
    }

    [GpuFact]
    public async Task Cancelled_work_stops_between_launches_and_frees_the_device()
    {
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        Task<int> endless = device.Device.Run<int>(
            engine =>
            {
                while (true)
                {
                    begun.TrySetResult();
                    engine.Throttle(stop.Token);
                }
            },
            stop.Token);
        Task<int> waiting = device.Device.Run(_ => 1, stop.Token), other = device.Device.Run(_ => 2);
        await begun.Task;
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(2, await other);
    }

    [GpuFact]
    public async Task Requests_that_share_a_device_run_alternately()
    {
        var order = new List<int>();
        using var both = new Barrier(2);
        await Task.WhenAll(Request(1), Request(2));
        Assert.Equal(20, order.Count);
        Assert.NotEqual(Enumerable.Repeat(order[0], 10), order.Take(10));

        Task Request(int number) => Task.Run(async () =>
        {
            both.SignalAndWait();
            for (int i = 0; i < 10; i++)
            {
                await device.Device.Run(engine =>
                {
                    Delay(engine, rounds: 1 << 8);
                    engine.Finish();
                    order.Add(number);
                    return 0;
                });
            }
        });
    }

    [GpuFact]
    public void Engine_throws_when_used_on_another_thread()
    {
        GpuEngine engine = device.Device.Invoke(e => e);
        Assert.Throws<InvalidOperationException>(() => engine.Allocate(Patch));
    }

    [GpuFact]
    public void Device_that_measures_counts_every_launch()
    {
        using Device measuring = Device.Open(Devices.Find(), measures: true);
        var host = new GpuHostEngine(measuring);
        Volume<byte> query = RandomVolume.Noise<byte>(new Extent(3, 12, 20), 3, 1), keys = RandomVolume.Noise<byte>(new Extent(4, 11, 9), 3, 2);
        var field = new NearestNeighbourField(query.Extent, keys.Extent, Patch);
        var task = new SearchTask<byte> { Query = query, Keys = keys, Patch = Patch, Field = field };
        host.Search(SearchMethod.Exhaustive).Search(task, new Workers(1));
        KernelLaunch exhaustive = Assert.Single(Taken(), l => l.Kernel == "exhaustive");
        Assert.Equal(field.QueryGrid.Count * field.KeyGrid.Count, exhaustive.Evaluations);
        Assert.Equal(32 * 8, exhaustive.WorkItems);
        Assert.True(exhaustive.Seconds > 0);

        // At least one row of each patch was compared, and at most all of them.
        long rows = exhaustive.Evaluations * Patch.W * DeviceVolume.VoxelBytes;
        Assert.InRange(exhaustive.Bytes, rows / 2, (rows * Patch.T * Patch.H) + (1 << 20));

        host.Search(SearchMethod.PatchMatch).Search(task, new Workers(1));
        KernelLaunch[] passes = [.. Taken().Where(l => l.Kernel is "jump_flood" or "search_start")];
        Assert.Equal(21, passes.Length);
        Assert.InRange(passes.Sum(l => l.Evaluations), field.QueryGrid.Count, GpuEngine.Evaluations(field.QueryGrid.Count, 0));

        var output = new Volume<byte>(query.Extent, 3);
        host.Vote(keys, field, Patch, VoteRule.Median, output, new Workers(1));
        KernelLaunch vote = Assert.Single(Taken(), l => l.Kernel == "vote_median");
        Assert.Equal(query.Extent.Count * Patch.Count, vote.Evaluations);
        Assert.Empty(Taken());

        DeviceModel model = measuring.Invoke(engine => DeviceModel.Measure(engine));
        Assert.InRange(model.BytesPerSecond, 1e7, 1e14);
        Assert.InRange(model.OperationsPerSecond, 1e7, 1e15);
        Assert.InRange(model.LaunchSeconds, 0, 1);
        var launch = new KernelLaunch("jump_flood", 1, 1, 1_000_000, 1);
        Assert.Equal(
            model.LaunchSeconds + Math.Max(150_000 / model.BytesPerSecond, 3_000_000 / model.OperationsPerSecond), model.Predict(launch), 1e-12);

        IReadOnlyList<KernelLaunch> Taken() => measuring.Invoke(engine => engine.TakeLaunches());
    }

    [GpuFact]
    public void Samples_of_a_batch_equal_samples_made_alone() => device.Device.Invoke(engine =>
    {
        Volume<byte>[] queries = [.. Enumerable.Range(0, 3).Select(i => RandomVolume.Noise<byte>(new Extent(3, 12, 20), 3, i))];
        Volume<byte> keys = RandomVolume.Noise<byte>(new Extent(4, 13, 19), 3, 9);
        Volume<byte>[] together = Run(queries, [5, 6, 7]);
        for (int i = 0; i < 3; i++) Assert.Equal(Run([queries[i]], [5 + (ulong)i])[0].Samples.ToArray(), together[i].Samples.ToArray());
        Assert.NotEqual(together[0].Samples.ToArray(), Run([queries[0]], [6])[0].Samples.ToArray());

        Volume<byte>[] Run(Volume<byte>[] samples, ulong[] numbers)
        {
            using DeviceVolume small = engine.Upload(samples), key = engine.Upload(keys);
            using DeviceVolume query = engine.Resize(small, new Extent(4, 15, 25), new Scale(1.3, 1.25, 1.25));
            using DeviceField field = engine.Field(query.Extent, keys.Extent, Patch, samples.Length);
            using DeviceSeeds seeds = engine.Seeds(numbers);
            engine.JumpFlood(new DeviceSearch { Query = query, Keys = key, Field = field, Seeds = seeds });
            engine.Vote(key, field, VoteRule.Median, query);
            Volume<byte>[] outputs = [.. samples.Select(_ => new Volume<byte>(query.Extent, 3))];
            engine.Download(query, outputs);
            return outputs;
        }
    });

    [GpuFact]
    public void Query_with_noise_beyond_the_range_of_bytes_finds_its_nearest_keys() => device.Device.Invoke(engine =>
    {
        Volume<float> query = RandomVolume.Noise(new Extent(3, 9, 11), 3, 1);
        foreach (ref float sample in query.Samples) sample *= 9;
        Volume<byte> keys = RandomVolume.Noise<byte>(new Extent(4, 8, 9), 3, 2);
        using DeviceVolume wide = engine.UploadWide([query]), key = engine.Upload(keys);
        using DeviceField field = engine.Field(query.Extent, keys.Extent, Patch);
        using DeviceSeeds seeds = engine.Seeds([1]);
        engine.Exhaustive(new DeviceSearch { Query = wide, Keys = key, Field = field, Seeds = seeds });
        using PendingMeans pending = engine.BeginMeanDistances(field);
        double mean = pending.Wait()[0];
        double[] exact = Reference.NaiveSearch.Search(query, ColourConversion.ToFloat(keys), Patch).Distance;
        Assert.Equal(exact.Average() * 127.5 * 127.5, mean, 1e-3 * mean);
    });

    [GpuFact]
    public void Integer_completeness_weights_agree_with_float_weights() => device.Device.Invoke(engine =>
    {
        Volume<byte> query = RandomVolume.Blobs<byte>(new Extent(4, 12, 14), 3, 3), keys = RandomVolume.Blobs<byte>(new Extent(4, 13, 12), 3, 4);
        float[] weights = Completeness.Weights(query, keys, Patch, 0.5, PatchSearches.Create<byte>(SearchMethod.Exhaustive), 0, new Workers(1));
        using DeviceVolume q = engine.Upload(query), k = engine.Upload(keys);
        using DeviceSeeds seeds = engine.Seeds([1]);
        using DeviceField reverse = engine.Field(keys.Extent, query.Extent, Patch), field = engine.Field(query.Extent, keys.Extent, Patch);
        engine.Exhaustive(new DeviceSearch { Query = k, Keys = q, Field = reverse, Seeds = seeds });
        using DeviceWeights whole = engine.CompletenessWeights(reverse, 0.5);
        engine.Exhaustive(new DeviceSearch { Query = q, Keys = k, Field = field, Weights = whole, Seeds = seeds });
        var best = new NearestNeighbourField(query.Extent, keys.Extent, Patch);
        PatchSearches.Create<byte>(SearchMethod.Exhaustive).Search(
            new SearchTask<byte> { Query = query, Keys = keys, Patch = Patch, Field = best, KeyWeights = weights }, new Workers(1));
        using PendingMeans means = engine.BeginMeanDistances(field);
        Assert.Equal(best.MeanDistance(weights), means.Wait()[0], 1e-4 * best.MeanDistance(weights));
    });

    // Long work without data: every step depends on the previous one.
    private static void Delay(GpuEngine engine, int rounds)
    {
        Device device = engine.Device;
        using DeviceBuffer result = device.Allocate(device.FlatThreads * sizeof(int) * 64);
        device.Launch(
            device.Flat.Peak, new KernelConfig(64, device.FlatThreads), new LaunchCost(0), new PeakArguments { Result = result.View<int>(), Rounds = rounds });
    }

    private static void Broken(int value) => throw new InvalidOperationException($"{value}");
}
