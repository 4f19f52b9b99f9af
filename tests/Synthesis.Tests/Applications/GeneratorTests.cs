using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Testing;
using Xunit.Abstractions;

namespace Vgpnn.Synthesis.Tests.Applications;

public class GeneratorTests(ITestOutputHelper output)
{
    private static readonly Clip Blobs = TestClip.Blobs();

    [Theory]
    [InlineData(Engine.Fast, SearchMethod.PatchMatch, VoteRule.Median)]
    [InlineData(Engine.Fast, SearchMethod.JumpFlood, VoteRule.Mean)]
    [InlineData(Engine.Fast, SearchMethod.Exhaustive, VoteRule.Median)]
    [InlineData(Engine.Float, SearchMethod.PatchMatch, VoteRule.Median)]
    [InlineData(Engine.Float, SearchMethod.JumpFlood, VoteRule.Mean)]
    [InlineData(Engine.Float, SearchMethod.PatchMatch, VoteRule.Gaussian)]
    public void Output_does_not_depend_on_the_number_of_threads(Engine engine, SearchMethod search, VoteRule vote)
    {
        MethodOptions options = TestClip.Quick with { Engine = engine, Search = search, Vote = vote };
        string expected = TestClip.Sample(Blobs, options, threads: 1);
        Assert.All((int[])[2, 4], threads => Assert.Equal(expected, TestClip.Sample(Blobs, options, threads: threads)));
    }

    [Fact]
    public void Different_seeds_and_indices_give_different_samples()
    {
        IEnumerable<string> bySeed = Enumerable.Range(1, 3).Select(s => TestClip.Sample(Blobs, TestClip.Quick, seed: (ulong)s));
        IEnumerable<string> byIndex = Enumerable.Range(1, 3).Select(i => TestClip.Sample(Blobs, TestClip.Quick, seed: 1, index: i));
        Assert.Equal(6, bySeed.Concat(byIndex).Distinct().Count());
    }

    [Theory]
    [InlineData(Engine.Fast)]
    [InlineData(Engine.Float)]
    public void Sample_does_not_depend_on_samples_made_before_it(Engine engine)
    {
        var workers = new Workers(2);
        MethodOptions options = TestClip.Quick with { Noise = null, Engine = engine };
        var generator = new Generator(Blobs, options);
        string[] inOrder = [.. Enumerable.Range(0, 3).Select(i => generator.Sample(9, i, workers).ContentHash())];
        string[] alone = [.. Enumerable.Range(0, 3).Select(i => TestClip.Sample(Blobs, options, 9, i))];
        Assert.Equal(alone, inOrder);
        Assert.Equal(inOrder[1], generator.Sample(9, 1, workers).ContentHash());
    }

    [Fact]
    public void Observing_a_run_does_not_change_its_output()
    {
        var generator = new Generator(Blobs, TestClip.Quick);
        int events = 0;
        Assert.Equal(
            TestClip.Sample(Blobs, TestClip.Quick),
            generator.Sample(1, 0, new Workers(2), observe: _ => events++).ContentHash());
        Assert.True(events > generator.Plan.Levels.Count);
    }

    [Fact]
    public void Output_has_the_planned_size_and_the_frame_rate_of_the_input() =>
        Properties.Holds(
            from clip in Properties.Extents(new Extent(2, 8, 8), new Extent(6, 20, 20))
            from t in Properties.Between(1, 1.6)
            from h in Properties.Between(1, 1.6)
            from w in Properties.Between(1, 1.6)
            select (clip, new Scale(t, h, w)),
            c =>
            {
                Clip input = TestClip.Blobs(c.clip.T, c.clip.H, c.clip.W).WithFrameRate(new FrameRate(30000, 1001));
                var generator = new Generator(input, TestClip.Quick with { Scale = c.Item2, Iterations = 1 });
                Clip output = generator.Sample(1, 0, new Workers(1));
                Assert.Equal(generator.Plan.Output, output.Extent);
                Assert.Equal(input.FrameRate, output.FrameRate);
            },
            count: 20);

    [Theory]
    [InlineData(Engine.Fast)]
    [InlineData(Engine.Float)]
    public void Median_vote_yields_only_colour_values_of_the_input(Engine engine)
    {
        // Red is a multiple of 5, green of 7 and blue of 11.
        int[] steps = [5, 7, 11];
        byte[][] frames = [.. Blobs.Frames.Select(f => f.Select((b, i) => (byte)(b / steps[i % 3] * steps[i % 3])).ToArray())];
        var input = new Clip(frames, Blobs.Width, Blobs.Height, Blobs.FrameRate);
        foreach (byte[] frame in new Generator(input, TestClip.Quick with { Engine = engine }).Sample(1, 0, new Workers(2)).Frames)
            for (int i = 0; i < frame.Length; i++)
                Assert.Equal(0, frame[i] % steps[i % 3]);
    }

    [Theory]
    [InlineData(Engine.Fast)]
    [InlineData(Engine.Float)]
    public void Clip_of_one_colour_is_reproduced_unchanged(Engine engine) =>
        Assert.All(Enum.GetValues<VoteRule>(), vote =>
        {
            byte[][] frames = [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Repeat((byte)93, 3 * 20 * 24).ToArray())];
            var grey = new Clip(frames, 24, 20, new FrameRate(25, 1));
            Assert.Equal(grey.ContentHash(), TestClip.Sample(grey, TestClip.Quick with { Vote = vote, Engine = engine }));
        });

    [Fact]
    public void Seed_has_no_effect_without_noise_and_with_exhaustive_search()
    {
        MethodOptions options = TestClip.Quick with { Noise = 0, Search = SearchMethod.Exhaustive };
        Assert.Equal(TestClip.Sample(Blobs, options, seed: 1), TestClip.Sample(Blobs, options, seed: 2));
    }

    [Fact]
    public void Every_option_changes_the_output()
    {
        MethodOptions o = TestClip.Quick;
        MethodOptions[] variants =
        [
            o,
            o with { DownscaleT = 0.7 },
            o with { DownscaleS = 0.7 },
            o with { MinT = 4 },
            o with { MinS = 18 },
            o with { Patch = new Extent(3, 5, 5) },
            o with { Iterations = 3 },
            o with { Noise = 5 },
            o with { NoiseTime = NoiseTime.Independent },
            o with { Vote = VoteRule.Mean },
            o with { Vote = VoteRule.Gaussian },
            o with { Search = SearchMethod.JumpFlood },
            o with { Search = SearchMethod.Exhaustive },
            o with { Scale = new Scale(1, 1, 1.25) },
            o with { Engine = Engine.Float },
        ];
        Assert.Equal(variants.Length, variants.Select(v => TestClip.Sample(Blobs, v)).Distinct().Count());
    }

    /// <summary>
    /// Rounding to bytes leads to a different sample, but not to a worse one: compares the distances of the finished videos' patches to the input's, over
    /// several samples.
    /// </summary>
    [Fact]
    public void Fast_engine_is_as_coherent_as_the_float_engine()
    {
        Clip clip = TestClip.Blobs(7, 32, 40);
        double fast = MeanDistance(clip, Engine.Fast), exact = MeanDistance(clip, Engine.Float);
        output.WriteLine($"fast {fast:F3}, float {exact:F3}");
        Assert.InRange(fast / exact, 0.8, 1.1);
    }

    private static double MeanDistance(Clip clip, Engine engine)
    {
        var generator = new Generator(clip, new MethodOptions { Engine = engine, Noise = 3 });
        double sum = 0;
        for (int index = 0; index < 5; index++)
        {
            generator.Sample(1, index, new Workers(2), e =>
            {
                if (e is LevelFinished { Level.Index: 0 } done) sum += done.Timing.MeanDistance;
            });
        }

        return sum / 5;
    }

    [Fact]
    public void Negative_sample_index_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Generator(Blobs, TestClip.Quick).Sample(1, -1, new Workers(1)));
}
