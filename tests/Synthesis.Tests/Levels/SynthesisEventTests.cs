using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Tests.Levels;

/// <summary>The events of a run.</summary>
public class SynthesisEventTests
{
    [Theory]
    [InlineData(SearchMethod.PatchMatch)]
    [InlineData(SearchMethod.JumpFlood)]
    [InlineData(SearchMethod.Exhaustive)]
    public void Progress_fraction_never_decreases_and_ends_at_1(SearchMethod search)
    {
        var fractions = new List<double>();
        new Generator(TestClip.Blobs(), TestClip.Quick with { Search = search }).Sample(1, 0, new Workers(2), e => fractions.Add(e.Fraction));
        Assert.Equal(fractions.Order(), fractions);
        Assert.InRange(fractions[0], 0, 0.5);
        Assert.Equal(1, fractions[^1], 1e-9);
        Assert.All(fractions, f => Assert.InRange(f, 0, 1));
    }

    [Fact]
    public void Levels_finish_from_coarsest_to_finest_after_all_their_iterations()
    {
        var generator = new Generator(TestClip.Blobs(), TestClip.Quick);
        var seen = new List<SynthesisEvent>();
        generator.Sample(1, 0, new Workers(1), seen.Add);
        Assert.Equal(generator.Plan.Levels.Reverse(), seen.OfType<LevelFinished>().Select(e => e.Level));
        foreach (LevelPlan level in generator.Plan.Levels)
        {
            int[] iterations = seen.OfType<IterationProgress>().Where(e => e.Level == level).Select(e => e.Iteration).Distinct().ToArray();
            Assert.Equal(Enumerable.Range(1, level.Iterations), iterations);
        }
    }

    [Fact]
    public void Finished_level_reports_output_timing_and_distance() =>
        new Generator(TestClip.Blobs(), TestClip.Quick).Sample(1, 0, new Workers(1), e =>
        {
            if (e is not LevelFinished done) return;
            Assert.Equal(done.Level.Output, done.Output.Extent);
            Assert.True(done.Timing.Search > TimeSpan.Zero && done.Timing.Vote > TimeSpan.Zero && done.Timing.Resample > TimeSpan.Zero);
            Assert.True(double.IsFinite(done.Timing.MeanDistance) && done.Timing.MeanDistance >= 0);
        });

    [Fact]
    public void Events_are_raised_on_the_calling_thread()
    {
        int caller = Environment.CurrentManagedThreadId;
        new Generator(TestClip.Blobs(), TestClip.Quick).Sample(
            1, 0, new Workers(3), _ => Assert.Equal(caller, Environment.CurrentManagedThreadId));
    }
}
