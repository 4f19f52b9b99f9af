using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Backends;

/// <summary>Whole samples on the first GPU of this machine, or on PoCL.</summary>
public class GpuTests(GpuTests.OneDevice device) : IClassFixture<GpuTests.OneDevice>
{
    private static readonly Workers Two = new(2);
    private static readonly MethodOptions Quick = TestClip.Quick;

    [GpuFact]
    public void Sample_on_a_GPU_is_reproducible_and_depends_on_its_index()
    {
        Clip clip = TestClip.Blobs();
        Sampler sampler = Generator(clip, Quick);
        string first = sampler.Sample(1, 0, Two).ContentHash();
        Assert.Equal(first, Generator(clip, Quick).Sample(1, 0, new Workers(1)).ContentHash());
        Assert.NotEqual(first, sampler.Sample(1, 1, Two).ContentHash());
        Assert.NotEqual(first, sampler.Sample(2, 0, Two).ContentHash());
    }

    [GpuFact]
    public void Batched_samples_equal_samples_made_alone()
    {
        Sampler sampler = Generator(TestClip.Blobs(), Quick);
        Assert.InRange(sampler.BatchSize, 2, 64);
        string[] together = [.. sampler.Samples(1, [4, 0, 2], Two).Select(c => c.ContentHash())];
        Assert.Equal([.. ((int[])[4, 0, 2]).Select(i => sampler.Sample(1, i, Two).ContentHash())], together);
    }

    /// <summary>Expected upload: 16 bits for each of the coarsest query's components and an unused fourth, and a seed, for every start and for the sample.</summary>
    [GpuFact]
    public void Second_sample_uploads_only_its_noise()
    {
        Sampler sampler = Generator(TestClip.Blobs(8, 40, 50), new MethodOptions { Noise = 3 });
        Device queue = device.Opened;
        sampler.Sample(1, 0, Two);
        (long up, long held) = (queue.BytesUp, queue.BytesHeld);
        sampler.Sample(1, 1, Two);
        long noise = sampler.Plan.Coarsest.Query.Count * 4 * sizeof(short), runs = sampler.Plan.Starts == 1 ? 1 : sampler.Plan.Starts + 1;
        Assert.Equal(runs * (noise + sizeof(ulong)), queue.BytesUp - up);
        Assert.Equal(held, queue.BytesHeld);

        sampler.ReleaseDevice();
        Assert.True(queue.BytesHeld < held);
        sampler.Sample(1, 1, Two);
        Assert.Equal(held, queue.BytesHeld);
        sampler.ReleaseDevice();
    }

    [GpuFact]
    public void Sample_on_a_GPU_resumes_from_any_level_with_the_same_bits()
    {
        Sampler sampler = Generator(TestClip.Blobs(), Quick);
        var levels = new List<Checkpoint>();
        Clip whole = sampler.Sample(3, 0, Two, what =>
        {
            if (what is LevelFinished level) levels.Add(new Checkpoint(level.Level.Index, ((Volume<byte>)level.Output).Clone()));
        });
        Assert.Equal(Enumerable.Range(0, sampler.Plan.Levels.Count).Reverse(), levels.Select(l => l.Level));
        Assert.All(levels, level => Assert.Equal(whole.ContentHash(), sampler.Sample(3, 0, Two, resumeFrom: level).ContentHash()));
    }

    [GpuFact]
    public void Progress_on_a_GPU_never_decreases_and_ends_at_1()
    {
        var fractions = new List<double>();
        Generator(TestClip.Blobs(), Quick).Sample(1, 0, Two, what => fractions.Add(what.Fraction));
        Assert.Equal(1, fractions[^1], 1e-9);
        Assert.All(fractions.Zip(fractions.Skip(1)), pair => Assert.True(pair.First <= pair.Second || pair.Second > 0.999 * pair.First));
    }

    [GpuFact]
    public void Samples_made_on_a_GPU_are_as_coherent_as_those_made_on_the_CPU()
    {
        Clip clip = TestClip.Blobs(8, 48, 60);
        var options = new MethodOptions { Noise = 2 };
        Sampler here = Sampler.Create([new SamplerInput(InputRole.Input, clip)], options), there = Generator(clip, options);
        double Distance(Sampler sampler) => Enumerable.Range(0, 3).Average(i => Mean(clip, sampler.Sample(1, i, Two)));
        Assert.InRange(Distance(there), 0, 1.1 * Distance(here));
    }

    [GpuFact]
    public void GPU_makes_loops_retargets_and_samples_of_several_clips()
    {
        Clip clip = TestClip.Blobs(12, 26, 32), other = TestClip.Blobs(6, 26, 32, seed: 2);
        MethodOptions loop = MethodOptions.For(Application.Generation, loop: true) with { Iterations = 2, Noise = 2 };
        Clip round = Generator(clip, loop).Sample(1, 0, Two);
        Assert.Equal(round.ContentHash(), Generator(clip, loop).Sample(1, 0, Two).ContentHash());
        MethodOptions wider = MethodOptions.For(Application.Retargeting) with { MinS = 20, Iterations = 2, Scale = new Scale(1, 1, 1.5) };
        Clip wide = Generator(clip, wider).Sample(1, 0, Two);
        Assert.Equal(48, wide.Width);
        Assert.InRange(Mean(clip, wide), 0, 0.5);
        SamplerInput[] two = [new(InputRole.Input, clip), new(InputRole.Input, other)];
        double woven = Mean(clip, Sampler.Create(two, Quick, device: device.Device).Sample(1, 0, Two), other);
        Assert.InRange(woven, 0, 1.2 * Mean(clip, Sampler.Create(two, Quick).Sample(1, 0, Two), other));
    }

    [GpuTheory]
    [InlineData(Application.Analogy)]
    [InlineData(Application.Sketch)]
    public void GPU_makes_analogies_and_sketches_as_coherent_as_those_of_the_CPU(Application application)
    {
        Clip content = TestClip.Blobs(8, 40, 48, seed: 3), style = TestClip.Blobs(7, 40, 56, seed: 8);
        SamplerInput[] inputs = [new(application == Application.Sketch ? InputRole.Sketch : InputRole.Content, content), new(InputRole.Style, style)];
        MethodOptions options = MethodOptions.For(application);
        Sampler there = Sampler.Create(inputs, options, device: device.Device);
        Clip made = there.Sample(1, 0, Two);
        Assert.Equal(content.Extent, made.Extent);
        Assert.Equal(made.ContentHash(), there.Samples(1, [1, 0], Two)[1].ContentHash());
        Assert.InRange(Mean(style, made), 0, 1.25 * Mean(style, Sampler.Create(inputs, options).Sample(1, 0, Two)));
    }

    [GpuFact]
    public void GPU_inpainting_keeps_every_bit_outside_the_mask_and_fills_it_like_the_CPU()
    {
        Clip video = TestClip.Blobs(8, 40, 48, seed: 4);
        var white = new byte[3 * 40 * 48];
        for (int h = 10; h < 20; h++) white.AsSpan(3 * ((h * 48) + 12), 3 * 12).Fill(255);
        var mask = new Clip([white], 48, 40, video.FrameRate);
        SamplerInput[] inputs = [new(InputRole.Input, video), new(InputRole.Mask, mask)];
        MethodOptions options = MethodOptions.For(Application.Inpainting) with { MinS = 15, Iterations = 3, Cue = Cue.None };
        Sampler there = Sampler.Create(inputs, options, device: device.Device);
        Clip made = there.Sample(1, 0, Two);
        for (int t = 0; t < 8; t++)
            for (int i = 0; i < white.Length; i++)
                if (white[i] == 0) Assert.Equal(video.Frames[t][i], made.Frames[t][i]);
        Assert.NotEqual(video.ContentHash(), made.ContentHash());
        Assert.Equal(made.ContentHash(), there.Samples(1, [1, 0], Two)[1].ContentHash());
        Assert.InRange(Mean(video, made), 0, (1.25 * Mean(video, Sampler.Create(inputs, options).Sample(1, 0, Two))) + 0.01);
    }

    [GpuFact]
    public void Search_of_version_0_1_makes_different_frames()
    {
        Clip clip = TestClip.Blobs(8, 48, 60);
        var former = new GpuDevice(device.Opened, formerSearch: true);
        Assert.Equal((BackendName.FormerGpu, BackendName.Gpu), (former.EngineClass, device.Device.EngineClass));
        string was = Sampler.Create([new SamplerInput(InputRole.Input, clip)], Quick, device: former).Sample(1, 0, Two).ContentHash();
        Assert.NotEqual(was, Generator(clip, Quick).Sample(1, 0, Two).ContentHash());
    }

    [GpuFact]
    public void Run_that_does_not_fit_into_GPU_memory_is_refused_with_its_size()
    {
        using Device small = Device.Open(Devices.Find(), maxBytes: 20 << 20);
        Sampler sampler = Sampler.Create([new SamplerInput(InputRole.Input, TestClip.Noise(8, 120, 160))], Quick, device: new GpuDevice(small));
        VgpnnException e = Assert.Throws<VgpnnException>(() => sampler.Sample(1, 0, Two));
        Assert.Equal((ErrorKind.Device, "device-memory"), (e.Kind, e.Code));
        Assert.Matches(@"needs \d+ MiB .* allows 18 MiB", e.Message);
    }

    [GpuFact]
    public void GPU_memory_never_exceeds_the_planned_bytes()
    {
        Clip clip = TestClip.Noise(8, 44, 56);
        SamplerInput[] one = [new(InputRole.Input, clip)], two = [new(InputRole.Input, clip), new(InputRole.Input, TestClip.Noise(6, 44, 56))];
        MethodOptions several = new() { Iterations = 1, Noise = 3, Search = SearchMethod.JumpFlood };
        Clip style = TestClip.Blobs(7, 44, 60, seed: 8), content = TestClip.Blobs(8, 44, 56, seed: 3);
        var white = new byte[3 * 44 * 56];
        for (int h = 10; h < 24; h++) white.AsSpan(3 * ((h * 56) + 12), 3 * 16).Fill(255);
        SamplerInput[] masked = [new(InputRole.Input, clip), new(InputRole.Mask, new Clip([white], 56, 44, clip.FrameRate))];
        SamplerInput[] analogy = [new(InputRole.Content, content), new(InputRole.Style, style)];
        foreach ((SamplerInput[] inputs, MethodOptions options) in ((SamplerInput[], MethodOptions)[])
        [
            (two, Quick with { Iterations = 3 }), (one, Quick with { Iterations = 1, Loop = true, MinT = 4 }), (one, several),
            (masked, MethodOptions.For(Application.Inpainting) with { MinS = 15, Iterations = 3 }),
            (analogy, MethodOptions.For(Application.Analogy)),
        ])
        {
            PyramidPlan plan = Sampler.Create(inputs, options).Plan;
            long promised = GpuBuffers.PeakBytes(plan, options, 2), volumes = promised - GpuBuffers.Spare;

            // With more memory the levels of the input would be kept; here they are not, and the sample is the same.
            using Device opened = Device.Open(Devices.Find(), (long)(promised / 0.9) + 1024);
            Assert.Equal(Second(device.Device), Second(new GpuDevice(opened)));
            Assert.InRange(opened.MostBytesHeld, volumes / 3, promised);

            string Second(GpuDevice on)
            {
                Sampler sampler = Sampler.Create(inputs, options, device: on);
                Assert.True(sampler.BatchSize >= 2);
                string second = sampler.Samples(1, [0, 1], Two)[1].ContentHash();
                sampler.ReleaseDevice();
                return second;
            }
        }
    }

    [GpuFact]
    public void Third_sampler_waits_when_GPU_memory_fits_only_two()
    {
        Clip clip = TestClip.Noise(8, 40, 50);
        MethodOptions options = Quick with { Iterations = 1 };
        Sampler alone = Generator(clip, options);
        string[] expected = [.. Enumerable.Range(0, 3).Select(i => alone.Sample(1, i, Two).ContentHash())];
        long each = GpuBuffers.PeakBytes(alone.Plan, options);
        using Device opened = Device.Open(Devices.Find(), (long)(2 * each / 0.9) + 1024);
        var shared = new GpuDevice(opened);
        string[] made = new string[3];
        Thread[] threads = [.. Enumerable.Range(0, 3).Select(i => new Thread(() =>
            made[i] = Sampler.Create([new SamplerInput(InputRole.Input, clip)], options, device: shared).Sample(1, i, new Workers(1)).ContentHash()))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(expected, made);
        Assert.InRange(opened.MostBytesHeld, 1, 2 * each);
    }

    [GpuFact]
    public void GPU_refuses_options_that_only_the_CPU_supports()
    {
        Clip clip = TestClip.Blobs();
        Assert.Equal("device-floats", Assert.Throws<VgpnnException>(() => Generator(clip, Quick with { Engine = Engine.Float })).Code);
        var former = new GpuDevice(device.Opened, formerSearch: true);
        SamplerInput[] pair = [new(InputRole.Content, clip), new(InputRole.Style, clip)];
        Assert.Equal("other-engine", Assert.Throws<VgpnnException>(() => Sampler.Create(pair, MethodOptions.For(Application.Analogy), device: former)).Code);
    }

    [GpuFact]
    public void Cancelled_sample_leaves_the_GPU_usable()
    {
        Sampler sampler = Generator(TestClip.Blobs(8, 48, 60), Quick);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => sampler.Sample(1, 0, new Workers(1, stop.Token), what =>
        {
            if (what is LevelFinished) stop.Cancel();
        }));
        sampler.Sample(1, 0, Two);
    }

    private Sampler Generator(Clip clip, MethodOptions options) =>
        Sampler.Create([new SamplerInput(InputRole.Input, clip)], options, device: device.Device);

    // Distances of a sample's patches to their nearest ones in its inputs.
    private static double Mean(Clip input, Clip sample, Clip? other = null)
    {
        var patch = new Extent(3, 5, 5);
        Volume<byte> output = sample.ToBytes();
        float[][] distances = [.. ((Clip?[])[input, other]).OfType<Clip>().Select(clip =>
        {
            Volume<byte> keys = clip.ToBytes();
            var field = new NearestNeighbourField(output.Extent, keys.Extent, patch);
            PatchSearches.Create<byte>(SearchMethod.PatchMatch).Search(
                new SearchTask<byte> { Query = output, Keys = keys, Patch = patch, Field = field }, Two);
            return field.Distances;
        })];
        return Enumerable.Range(0, distances[0].Length).Average(i => (double)distances.Min(d => d[i])) / (127.5 * 127.5);
    }

    /// <summary>A device that tests share.</summary>
    public sealed class OneDevice : IDisposable
    {
        private readonly Lazy<Device> _opened = new(() => Kernels.Gpu.Device.Open(Devices.Find()));
        private GpuDevice? _device;

        internal Device Opened => _opened.Value;

        internal GpuDevice Device => _device ??= new GpuDevice(Opened);

        public void Dispose()
        {
            if (_opened.IsValueCreated) _opened.Value.Dispose();
        }
    }
}
