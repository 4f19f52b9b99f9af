using Vgpnn.Kernels.Indexing;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Backends.Cpu;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Testing;
using Xunit.Abstractions;

namespace Vgpnn.Synthesis.Tests.Applications;

/// <summary>Outputs whose last frame is followed by their first.</summary>
public class LoopTests(ITestOutputHelper output)
{
    private static readonly Extent Patch = new(3, 7, 7);
    private static readonly Workers Two = new(2);

    /// <summary>An object that moves steadily from left to right, which makes a seam visible without a loop.</summary>
    private static readonly Clip Moving = TestClip.Blobs(20, 32, 40, seed: 5);

    private static readonly MethodOptions Loop = MethodOptions.For(Application.Generation, loop: true) with { Iterations = 2, Noise = 3, Scale = Scale.One };

    private static readonly ulong[] Seeds = [1, 2, 3, 4, 5, 6];

    /// <summary>Averages several samples: the largest change of a single one is sometimes at the seam.</summary>
    [Fact]
    public void Loop_seam_is_no_more_visible_than_other_frame_changes()
    {
        Volume<byte>[] loops = [.. Seeds.Select(seed => Sample(Loop, seed))], lines = [.. Seeds.Select(seed => Sample(Loop with { Loop = false }, seed))];
        double looped = loops.Average(l => Differences(l).Seam), others = loops.Average(l => Differences(l).Largest);
        double cut = lines.Average(l => Differences(l).Seam), usual = lines.Average(l => Differences(l).Largest);
        double seam = loops.Average(SeamDistance), cutSeam = lines.Average(SeamDistance), inner = loops.Average(InnerDistance);
        output.WriteLine($"frame difference over the seam {looped:F2}, between others at most {others:F2}; without --loop {cut:F2} and {usual:F2}");
        output.WriteLine($"patch distance over the seam {seam:F0}, elsewhere {inner:F0}; without --loop {cutSeam:F0}");
        Assert.InRange(looped, 0, 1.1 * others);
        Assert.True(cut > 2 * usual, "the test's clip must need a loop");
        Assert.InRange(seam, 0, cutSeam / 8);

        // A static picture would pass the checks above.
        Assert.InRange(others, usual / 4, 2 * usual);
    }

    /// <summary>With a deterministic search, the method does not depend on which frame of the circle is the first.</summary>
    [Fact]
    public void Rotating_the_query_of_a_loop_rotates_its_output()
    {
        Volume<byte> query = RandomVolume.Blobs<byte>(new Extent(5, 16, 18), 3, 1), values = RandomVolume.Blobs<byte>(new Extent(6, 16, 18), 3, 2);
        LevelPlan from = Level(5), to = Level(7);
        Volume<byte> turned = Turned(query, 2);
        Assert.Equal(Turned(Matched(query, values), 2).Samples, Matched(turned, values).Samples);

        // Rotated by a fifth of the circle, enlargement to twice the length yields the same frames, rotated.
        Volume<byte> twice = new LoopCanvas().Enlarge(query, from, Level(10), BorderRule.Mirror, Two);
        Assert.Equal(Turned(twice, 4).Samples, new LoopCanvas().Enlarge(turned, from, Level(10), BorderRule.Mirror, Two).Samples);
        Assert.Equal(to.Output, new LoopCanvas().Enlarge(query, from, to, BorderRule.Mirror, Two).Extent);
    }

    [Theory]
    [InlineData(Engine.Fast)]
    [InlineData(Engine.Float)]
    public void Loops_do_not_depend_on_threads_and_can_be_resumed(Engine engine)
    {
        MethodOptions options = Loop with { Engine = engine, Iterations = 1 };
        Clip clip = TestClip.Blobs(8, 24, 30);
        var checkpoints = new List<Checkpoint>();
        var generator = new Generator(clip, options);
        string expected = generator.Sample(3, 1, new Workers(1), e =>
        {
            if (e is LevelFinished { Level.Index: 2 } done)
                checkpoints.Add(new Checkpoint(2, done.Output is Volume<byte> b ? b.Clone() : ((Volume<float>)done.Output).Clone()));
        }).ContentHash();
        Assert.Equal(expected, TestClip.Sample(clip, options, 3, 1, threads: 2));
        Assert.Equal(expected, TestClip.Sample(clip, options, 3, 1, resumeFrom: Assert.Single(checkpoints)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Shortest_clips_can_be_looped(int frames) =>
        Assert.Equal(frames, new Generator(TestClip.Blobs(frames), Loop).Sample(1, 0, Two).Frames.Count);

    private static Volume<byte> Sample(MethodOptions options, ulong seed) => new Generator(Moving, options).Sample(seed, 0, Two).ToBytes();

    private static LevelPlan Level(int frames)
    {
        var size = new Extent(frames, 16, 18);
        var patch = new Extent(3, 5, 5);
        return new LevelPlan(0, new Scale(frames / 10.0, 1, 1), new Extent(6, 16, 18), size, patch, 1) { Query = LoopCanvas.Wrapped(size, patch) };
    }

    private static Volume<byte> Matched(Volume<byte> query, Volume<byte> values)
    {
        Volume<byte> result = query.Clone();
        Volume<byte>? blurred = null;
        var layer = new VpnnLayer<byte>(new MethodOptions { Search = SearchMethod.Exhaustive }, new LoopCanvas());
        layer.Run(Level(query.Extent.T), result, ref blurred, values, weights: null, seed: 0, Two);
        return result;
    }

    private static Volume<byte> Turned(Volume<byte> circle, int by)
    {
        Volume<byte> turned = circle.Clone();
        for (int t = 0; t < circle.Extent.T; t++) circle.Frame((t + by) % circle.Extent.T).CopyTo(turned.Frame(t));
        return turned;
    }

    /// <summary>Mean absolute difference from the last frame to the first, and the largest between two successive frames.</summary>
    private static (double Seam, double Largest) Differences(Volume<byte> video)
    {
        int last = video.Extent.T - 1;
        return (Difference(video, last, 0), Enumerable.Range(0, last).Max(t => Difference(video, t, t + 1)));
    }

    private static double Difference(Volume<byte> video, int a, int b)
    {
        double sum = 0;
        for (int i = 0; i < video.FrameStride; i++) sum += Math.Abs(video.Frame(a)[i] - video.Frame(b)[i]);
        return sum / video.FrameStride;
    }

    /// <summary>Mean distance to the input of the patches that contain both the last frame and the first.</summary>
    private static double SeamDistance(Volume<byte> video)
    {
        Volume<byte> around = Turned(video, video.Extent.T - 2);
        return Distance(around, 4);
    }

    private static double InnerDistance(Volume<byte> video) => Distance(Turned(video, 5), 4);

    private static double Distance(Volume<byte> video, int frames)
    {
        var part = new Volume<byte>(video.Extent with { T = frames }, 3);
        for (int t = 0; t < frames; t++) video.Frame(t).CopyTo(part.Frame(t));
        int[] all = [.. Enumerable.Range(0, (int)part.Extent.PatchGrid(Patch).Count)];
        return ExactNearestPatches.Exact(part, Moving.ToBytes(), Patch, all, Two).Average(m => (double)m.Distance);
    }
}
