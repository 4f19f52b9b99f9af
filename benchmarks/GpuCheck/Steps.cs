using System.Diagnostics;
using ILGPU;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Gpu.Shapes;
using Vgpnn.Kernels.Tests.Engines;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.GpuCheck;

/// <summary>Steps that compare and measure; each returns the exit code of the process.</summary>
internal static class Steps
{
    private const int Repetitions = 5;

    public static int List()
    {
        foreach (DeviceDescription d in Devices.List())
            Console.WriteLine($"gpu:{d.Index} {d.Kind} {d.Name} ({d.Platform}, {d.Version}), {d.Units} units, {d.Memory >> 20} MiB");
        return 0;
    }

    public static int CompareWithGolden(string group)
    {
        var clock = Stopwatch.StartNew();
        using Device device = Open(group);
        Console.WriteLine($"opened in {clock.ElapsedMilliseconds} ms");
        bool equal = true;
        foreach (bool large in group == "sim" ? (bool[])[false] : [false, true])
        {
            // All kernels are already compiled the second time.
            foreach (string state in (string[])["cold", "warm"])
            {
                clock.Restart();
                string[] expected = [.. Golden.Lines(large)], actual = Golden.Of(device, large);
                string[] different = [.. expected.Zip(actual).Where(p => p.First != p.Second).Select(p => p.Second)];
                Console.WriteLine(
                    $"{group}, {(large ? "large" : "tiny")}, {state}: {expected.Length - different.Length} of {expected.Length} equal in {clock.ElapsedMilliseconds} ms");
                foreach (string line in different) Console.WriteLine($"  different: {line}");
                equal &= different.Length == 0 && expected.Length == actual.Length;
            }
        }

        return equal ? 0 : 1;
    }

    public static int PrintLines(bool large, string group)
    {
        using Device device = Open(group);
        foreach (string line in Golden.Of(device, large)) Console.WriteLine(line);
        return 0;
    }

    public static int MeasureCeilings()
    {
        using Device device = Device.Open(Devices.Find(), measures: true);
        DeviceModel model = device.Invoke(engine => DeviceModel.Measure(engine));
        Console.WriteLine($"copy {model.BytesPerSecond / 1e9:F0} GB/s, multiply-add {model.OperationsPerSecond / 1e12:F2} T/s, empty launch {model.LaunchSeconds * 1e6:F1} us");
        var chain = new Kernel<PeakArguments>("squared", Faults.Chain);
        device.Invoke(engine =>
        {
            const int threads = 1 << 18;
            int rounds = device.Description.Kind == DeviceKind.Cuda ? 1 << 12 : 1 << 5;
            using DeviceBuffer result = device.Allocate(threads * sizeof(int));
            double best = 0;
            for (int i = 0; i < Repetitions; i++)
            {
                device.Launch(
                    chain, new KernelConfig(threads / device.FlatThreads, device.FlatThreads), new LaunchCost(0),
                    new PeakArguments { Result = result.View<int>(), Rounds = rounds });
                best = Math.Max(best, (double)threads * rounds * 2 / engine.TakeLaunches()[0].Seconds);
            }

            Console.WriteLine($"voxel comparisons in registers {best / 1e12:F2} T/s");
        });
        return 0;
    }

    public static int TimeKernels(int height, string group)
    {
        using Device device = Open(group, measures: true);
        var size = new Extent(5, height, ((height * 8) + 4) / 9 * 2);
        var patch = new Extent(3, 7, 7);
        var workers = new Workers(Environment.ProcessorCount);
        Volume<byte> scene = SyntheticScene.Render(size, 0, workers), other = SyntheticScene.Render(size, 40, workers);
        KernelLaunch[] launches = device.Invoke(engine =>
        {
            using DeviceVolume query = engine.Upload(other), keys = engine.Upload(scene);
            using DeviceField field = engine.Field(size, size, patch);
            using DeviceSeeds seeds = engine.Seeds([1]);
            using DeviceIndex index = engine.Index(keys, patch);
            var all = new List<KernelLaunch>();
            for (int i = 0; i <= Repetitions; i++)
            {
                var task = new DeviceSearch { Query = query, Keys = keys, Field = field, Seeds = seeds, Purpose = (ulong)i };
                engine.JumpFlood(task);
                engine.IndexedFlood(task, index);
                using DeviceVolume voted = engine.Allocate(size), smaller = engine.Resize(keys, new Extent(4, height * 4 / 5, size.W * 4 / 5), new Scale(0.8, 0.8, 0.8));
                engine.Vote(keys, field, VoteRule.Median, voted);
                engine.Resize(smaller, size, new Scale(1.25, 1.25, 1.25)).Dispose();

                // The first run compiles the kernels.
                IReadOnlyList<KernelLaunch> done = engine.TakeLaunches();
                if (i > 0) all.AddRange(done);
            }

            return all.ToArray();
        });
        Console.WriteLine($"{size} with groups '{group}': median per launch");
        foreach (IGrouping<string, KernelLaunch> kernel in launches.GroupBy(l => l.Kernel))
        {
            KernelLaunch[] sorted = [.. kernel.OrderBy(l => l.Seconds)];
            KernelLaunch middle = sorted[sorted.Length / 2];
            double voxels = (middle.Evaluations > 0 ? middle.Bytes / 4.0 : 0) / middle.Seconds;
            Console.WriteLine($"  {kernel.Key,-20} {middle.Seconds * 1e3,9:F3} ms  {voxels / 1e9,9:F1} G voxel comparisons/s  {middle.Bytes / middle.Seconds / 1e9,9:F1} GB/s requested");
        }

        return 0;
    }

    public static int TimeSamples(int height, int frames, int[] batches)
    {
        using Device device = Device.Open(Devices.Find());
        var size = new Extent(frames, height, ((height * 8) + 4) / 9 * 2);
        var workers = new Workers(Environment.ProcessorCount);
        SamplerInput[] input = [new(InputRole.Input, Clip.FromVolume(SyntheticScene.Render(size, 0, workers), new FrameRate(25, 1)))];
        bool equal = true;
        foreach (bool former in (bool[])[true, false])
        {
            // The noise is given, because measuring it is CPU work that is not part of this measurement.
            Sampler sampler = Sampler.Create(input, new MethodOptions { Noise = 3 }, device: new GpuDevice(device, former));

            // Compiles the kernels, and gives the expected samples of a batch.
            string[] alone = [.. Enumerable.Range(0, Math.Min(2, batches.Max())).Select(i => sampler.Sample(1, i, workers).ContentHash())];
            foreach (int n in batches)
            {
                var clock = Stopwatch.StartNew();
                string[] together = [.. Enumerable.Range(0, n).Chunk(sampler.BatchSize).SelectMany(part => sampler.Samples(1, part, workers)).Select(c => c.ContentHash())];
                double seconds = clock.Elapsed.TotalSeconds;
                bool same = together.Take(2).SequenceEqual(alone.Take(Math.Min(n, 2)));
                equal &= same;
                Console.WriteLine(
                    $"{size}, {(former ? "jump flood" : "index")}, batch of {n}: {seconds / n:F3} s per sample, {device.MostBytesHeld >> 20} MiB, "
                    + $"{(same ? "equal to single samples" : "NOT equal to single samples")}, first {alone[0][..16]}");
            }

            sampler.ReleaseDevice();
        }

        return equal ? 0 : 1;
    }

    private static Device Open(string group, bool measures = false) => Device.Open(
        group == "sim" ? Devices.Simulator : Devices.Find(),
        new DeviceSettings
        {
            Measures = measures,
            Group = group switch
            {
                "wide" => typeof(WideGroup),
                "square" => typeof(SquareGroup),
                "small" => typeof(SmallGroup),
                _ => null,
            },
        });
}
