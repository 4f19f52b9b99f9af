using Vgpnn.Kernels.OpenCl;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>A device as such: what it tells, what it holds, and how it fails.</summary>
[Collection(nameof(OneDevice))]
public class DeviceTests(OneDevice device)
{
    private static readonly Extent Patch = new(3, 5, 5);

    // Ends by itself after a while, however it is optimised: every step needs the one before.
    private const string Endless = """
        __kernel void endless(__global uint *result, int rounds)
        {
            uint x = result[get_global_id(0)];
            for (int i = 0; i < rounds; i++) x = (x ^ (x >> 7)) * 2654435761u + 1u;
            result[get_global_id(0)] = x;
        }
        """;

    [DeviceFact]
    public void A_device_says_what_it_is()
    {
        OpenClDevice found = OpenClDevice.Find();
        Assert.Equal(0, found.Index);
        Assert.NotEqual("", found.Name);
        Assert.NotEqual("", found.Platform);
        Assert.InRange(found.Memory, 1 << 20, long.MaxValue);
        Assert.InRange(found.MaxBuffer, 1 << 20, found.Memory);
        Assert.True(found.Units > 0 && found.MaxWorkGroup > 0 && found.LocalMemory > 0);
    }

    [DeviceFact]
    public void A_device_that_is_not_there_is_named()
    {
        OpenClException e = Assert.Throws<OpenClException>(() => OpenClDevice.Find(99));
        Assert.Equal(OpenClFailure.NoDevice, e.Failure);
        Assert.Contains("99", e.Message, StringComparison.Ordinal);
    }

    [DeviceFact]
    public void Kernels_that_do_not_compile_come_with_the_compilers_words()
    {
        OpenClException e = Assert.Throws<OpenClException>(
            () => device.Engine.Session.Compile("__kernel void broken(__global int *a) { a[0] = no_such_thing; }", ""));
        Assert.Equal(OpenClFailure.Build, e.Failure);
        Assert.Contains("no_such_thing", e.Message, StringComparison.Ordinal);

        // And the device is as good as before.
        using DeviceVolume volume = device.Engine.Upload(new Volume<byte>(new Extent(1, 2, 2), 3));
    }

    [DeviceFact]
    public void Work_that_does_not_fit_is_refused_with_what_it_needs_and_smaller_work_goes_on()
    {
        using var queue = new DeviceSession(OpenClDevice.Find(), maxBytes: 3 << 20);
        using var engine = new OpenClEngine(queue);
        OpenClException e = Assert.Throws<OpenClException>(() => engine.Allocate(new Extent(1, 1024, 1024)));
        Assert.Equal(OpenClFailure.OutOfMemory, e.Failure);
        Assert.Contains("4 MiB", e.Message, StringComparison.Ordinal);
        Assert.Contains("3 MiB", e.Message, StringComparison.Ordinal);
        using (engine.Allocate(new Extent(1, 512, 1024))) Assert.Equal(2 << 20, queue.BytesHeld);
        Assert.Equal(0, queue.BytesHeld);
    }

    [DeviceFact]
    public void A_launch_that_hangs_ends_in_an_error_and_the_device_is_given_up()
    {
        using var queue = new DeviceSession(OpenClDevice.Find(), watchdog: TimeSpan.FromMilliseconds(50));
        DeviceBuffer result = queue.Upload<uint>(new uint[64]);
        queue.LaunchFlat(queue.Compile(Endless, ""), "endless", 64, new LaunchCost(0), result, 100_000_000);
        OpenClException e = Assert.Throws<OpenClException>(() => queue.Wait(queue.Marker(), CancellationToken.None));
        Assert.Equal(OpenClFailure.Hung, e.Failure);
        Assert.Equal(OpenClFailure.Hung, Assert.Throws<OpenClException>(() => queue.Allocate(4)).Failure);
    }

    [DeviceFact]
    public void A_device_on_which_a_call_fails_is_lost_and_is_asked_for_nothing_more()
    {
        using var queue = new DeviceSession(OpenClDevice.Find());
        DeviceBuffer result = queue.Upload<uint>(new uint[64]);

        // An argument is missing, which the driver refuses as it refuses everything once a device is gone.
        OpenClException e = Assert.Throws<OpenClException>(
            () => queue.LaunchFlat(queue.Compile(Endless, ""), "endless", 64, new LaunchCost(0), result));
        Assert.Equal(OpenClFailure.Lost, e.Failure);
        Assert.Same(e, queue.Broken);
        Assert.Equal(OpenClFailure.Lost, Assert.Throws<OpenClException>(() => queue.Allocate(4)).Failure);
    }

    [DeviceFact]
    public void Waiting_ends_when_it_is_cancelled()
    {
        using var queue = new DeviceSession(OpenClDevice.Find());
        using DeviceBuffer result = queue.Upload<uint>(new uint[64]);
        using OpenClProgram program = queue.Compile(Endless, "");
        queue.LaunchFlat(program, "endless", 64, new LaunchCost(0), result, 10_000_000);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => queue.Wait(queue.Marker(), stop.Token));

        // It was only the waiting that ended: what was computed is there.
        var computed = new uint[64];
        queue.Read(result, computed.AsSpan(), CancellationToken.None);
        Assert.DoesNotContain(0u, computed);
    }

    [DeviceFact]
    public void Every_launch_is_counted_where_that_is_asked_for()
    {
        using var engine = new OpenClEngine(OpenClDevice.Find(), measures: true);
        var host = new DeviceHostEngine(engine);
        Volume<byte> query = RandomVolume.Noise<byte>(new Extent(3, 12, 20), 3, 1), keys = RandomVolume.Noise<byte>(new Extent(4, 11, 9), 3, 2);
        var field = new NearestNeighbourField(query.Extent, keys.Extent, Patch);
        var task = new SearchTask<byte> { Query = query, Keys = keys, Patch = Patch, Field = field };
        host.Search(SearchMethod.Exhaustive).Search(task, new Workers(1));
        KernelLaunch exhaustive = Assert.Single(engine.Session.TakeLaunches(), l => l.Kernel == "exhaustive");
        Assert.Equal(field.QueryGrid.Count * field.KeyGrid.Count, exhaustive.Evaluations);
        Assert.Equal(16 * 8, exhaustive.WorkItems);
        Assert.True(exhaustive.Seconds > 0);

        // Of every patch at least a row was compared, of none more than it has.
        long rows = exhaustive.Evaluations * Patch.W * DeviceVolume.VoxelBytes;
        Assert.InRange(exhaustive.Bytes, rows / 2, (rows * Patch.T * Patch.H) + (1 << 20));

        host.Search(SearchMethod.PatchMatch).Search(task, new Workers(1));
        KernelLaunch[] passes = [.. engine.Session.TakeLaunches().Where(l => l.Kernel is "jump_flood" or "search_start")];
        Assert.Equal(21, passes.Length);
        Assert.InRange(passes.Sum(l => l.Evaluations), field.QueryGrid.Count, OpenClEngine.Evaluations(field.QueryGrid.Count, 0));

        var output = new Volume<byte>(query.Extent, 3);
        host.Vote(keys, field, Patch, VoteRule.Median, output, new Workers(1));
        KernelLaunch vote = Assert.Single(engine.Session.TakeLaunches(), l => l.Kernel == "vote_median");
        Assert.Equal(query.Extent.Count * Patch.Count, vote.Evaluations);
        Assert.Empty(engine.Session.TakeLaunches());
    }

    [DeviceFact]
    public void A_model_of_the_device_predicts_a_time_for_every_launch()
    {
        using var engine = new OpenClEngine(OpenClDevice.Find(), measures: true);
        DeviceModel model = DeviceModel.Measure(engine);
        Assert.InRange(model.BytesPerSecond, 1e7, 1e14);
        Assert.InRange(model.OperationsPerSecond, 1e7, 1e15);
        Assert.InRange(model.LaunchSeconds, 0, 1);
        var launch = new KernelLaunch("jump_flood", 1, 1, 1_000_000, 1);
        Assert.Equal(
            model.LaunchSeconds + Math.Max(150_000 / model.BytesPerSecond, 3_000_000 / model.OperationsPerSecond), model.Predict(launch), 1e-12);
    }

    [DeviceFact]
    public void Samples_of_a_batch_are_what_each_is_alone()
    {
        OpenClEngine engine = device.Engine;
        Volume<byte>[] queries = [.. Enumerable.Range(0, 3).Select(i => RandomVolume.Noise<byte>(new Extent(3, 12, 20), 3, i))];
        Volume<byte> keys = RandomVolume.Noise<byte>(new Extent(4, 13, 19), 3, 9);
        Volume<byte>[] together = Run(queries, [5, 6, 7]);
        for (int i = 0; i < 3; i++) Assert.Equal(Run([queries[i]], [5 + (ulong)i])[0].Samples.ToArray(), together[i].Samples.ToArray());
        Assert.NotEqual(together[0].Samples.ToArray(), Run([queries[0]], [6])[0].Samples.ToArray());

        Volume<byte>[] Run(Volume<byte>[] samples, ulong[] numbers)
        {
            using Lock.Scope only = engine.Session.Enter();
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
    }

    [DeviceFact]
    public void A_query_with_noise_far_outside_of_bytes_finds_its_nearest_keys()
    {
        OpenClEngine engine = device.Engine;
        Volume<float> query = RandomVolume.Noise(new Extent(3, 9, 11), 3, 1);
        foreach (ref float sample in query.Samples) sample *= 9;
        Volume<byte> keys = RandomVolume.Noise<byte>(new Extent(4, 8, 9), 3, 2);
        using Lock.Scope only = engine.Session.Enter();
        using DeviceVolume wide = engine.UploadWide([query]), key = engine.Upload(keys);
        using DeviceField field = engine.Field(query.Extent, keys.Extent, Patch);
        using DeviceSeeds seeds = engine.Seeds([1]);
        engine.Exhaustive(new DeviceSearch { Query = wide, Keys = key, Field = field, Seeds = seeds });
        using PendingMeans pending = engine.BeginMeanDistances(field);
        double mean = pending.Wait()[0];
        double[] exact = Reference.NaiveSearch.Search(query, RgbSamples.ToFloat(keys), Patch).Distance;
        Assert.Equal(exact.Average() * 127.5 * 127.5, mean, 1e-3 * mean);
    }

    [DeviceFact]
    public void Completeness_weighs_in_whole_numbers_as_in_floats()
    {
        OpenClEngine engine = device.Engine;
        Volume<byte> query = RandomVolume.Blobs<byte>(new Extent(4, 12, 14), 3, 3), keys = RandomVolume.Blobs<byte>(new Extent(4, 13, 12), 3, 4);
        float[] weights = Completeness.Weights(query, keys, Patch, 0.5, PatchSearch.Create<byte>(SearchMethod.Exhaustive), 0, new Workers(1));
        using Lock.Scope only = engine.Session.Enter();
        using DeviceVolume q = engine.Upload(query), k = engine.Upload(keys);
        using DeviceSeeds seeds = engine.Seeds([1]);
        using DeviceField users = engine.Field(keys.Extent, query.Extent, Patch), field = engine.Field(query.Extent, keys.Extent, Patch);
        engine.Exhaustive(new DeviceSearch { Query = k, Keys = q, Field = users, Seeds = seeds });
        using DeviceWeights whole = engine.CompletenessWeights(users, 0.5);
        engine.Exhaustive(new DeviceSearch { Query = q, Keys = k, Field = field, Weights = whole, Seeds = seeds });
        var best = new NearestNeighbourField(query.Extent, keys.Extent, Patch);
        PatchSearch.Create<byte>(SearchMethod.Exhaustive).Search(
            new SearchTask<byte> { Query = query, Keys = keys, Patch = Patch, Field = best, KeyWeights = weights }, new Workers(1));
        using PendingMeans means = engine.BeginMeanDistances(field);
        Assert.Equal(best.MeanDistance(weights), means.Wait()[0], 1e-4 * best.MeanDistance(weights));
    }
}
