using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Backends.Cpu;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Applications;

/// <summary>Compares the method with three runs of the official program, with its border rule, step by step and as a whole.</summary>
public class OfficialRunTests
{
    /// <summary>Tolerance of resized components in [−1, 1]; voted values are resized ones.</summary>
    private const double Resized = 2e-5;

    private static readonly Workers Two = new(2);
    private static readonly MethodOptions Exhaustive = new() { Search = SearchMethod.Exhaustive };

    [Theory]
    [InlineData("A")]
    [InlineData("B")]
    [InlineData("C")]
    public void Every_search_and_vote_agrees_with_the_official_program_from_its_stored_query(string name)
    {
        var run = new OfficialRun(name);
        for (int l = 0; l < run.Count; l++)
        {
            LevelPlan level = run.Level(l);
            Volume<float> values = OfficialRun.Values(l);
            for (int pass = 0; pass < level.Iterations; pass++)
            {
                var field = new NearestNeighbourField(level.Query, level.Input, level.Patch);
                Volume<float> query = run.Query(l, pass);
                PatchSearches.Create<float>(SearchMethod.Exhaustive).Search(
                    new SearchTask<float> { Query = query, Keys = OfficialRun.Keys(l, pass), Patch = level.Patch, Field = field }, Two);
                Assert.Equal(run.Index(l, pass), Enumerable.Range(0, field.Distances.Length).Select(field.LinearMatch));

                PatchVoting.Vote(values, field, level.Patch, VoteRule.Median, query, Two);
                Near.Assert(run.Output(l, pass), query, l == 0 ? 2e-6 : 2e-7, $"run {name}, level {l}, pass {pass}");
            }
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("B")]
    [InlineData("C")]
    public void Every_query_of_the_official_program_is_the_resized_output_of_the_previous_level(string name)
    {
        var run = new OfficialRun(name);
        Near.Assert(run.Query(0, 0), run.CoarsestQuery(), 2e-6);
        for (int l = 1; l < run.Count; l++)
        {
            LevelPlan level = run.Level(l), coarser = run.Level(l - 1);
            Volume<float> query = Resampler.Resize(
                run.Output(l - 1, coarser.Iterations - 1), level.Output, level.Scale / coarser.Scale, Two, BorderRule.FoldedDistance);
            Near.Assert(run.Query(l, 0), query, Resized, $"run {name}, level {l}");
        }
    }

    [Fact]
    public void Every_input_level_and_its_blurred_keys_agree_with_the_official_program()
    {
        var run = new OfficialRun("A");
        var pyramid = new InputPyramid<float>(OfficialRun.Input, run.Plan.Levels, BorderRule.FoldedDistance);
        for (int l = 0; l < run.Count; l++)
        {
            Near.Assert(OfficialRun.Values(l), pyramid.Level(run.Count - 1 - l, Two), Resized, $"level {l}");
            if (l > 0) Near.Assert(OfficialRun.Keys(l, 0), pyramid.Blurred(run.Count - 1 - l, Two), Resized, $"keys of level {l}");
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("B")]
    [InlineData("C")]
    public void Every_level_agrees_with_the_official_program_from_its_stored_query(string name)
    {
        var run = new OfficialRun(name);
        for (int l = 0; l < run.Count; l++)
        {
            LevelPlan level = run.Level(l);
            Volume<float> output = run.Query(l, 0);
            Volume<float>? blurred = l == 0 ? null : OfficialRun.Keys(l, 0);
            new VpnnLayer<float>(Exhaustive, Canvas.Plain).Run(level, output, ref blurred, OfficialRun.Values(l), weights: null, seed: 0, Two);
            Near.Assert(run.Output(l, level.Iterations - 1), output, l == 0 ? 2e-6 : 2e-7, $"run {name}, level {l}");
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("B")]
    [InlineData("C")]
    public void Whole_run_agrees_with_the_official_program_given_its_noise(string name)
    {
        var run = new OfficialRun(name);
        var pyramid = new InputPyramid<float>(OfficialRun.Input, run.Plan.Levels, BorderRule.FoldedDistance);
        var backend = new CpuBackend<float>(run.Plan, Exhaustive, pyramid, Canvas.Plain, BorderRule.FoldedDistance);
        int finished = 0;

        Volume output = new LevelRunner(run.Plan, backend).Run(
            [new SampleRun(Seed: 0, Index: 0, Two, Observe, ResumeFrom: null)], CoarsestQueries.Of(_ => run.CoarsestQuery())).Single();

        Assert.Equal(run.Count, finished);

        // The finest values are the input itself, and every median is one of them.
        Near.Assert(run.Output(run.Count - 1, 1), (Volume<float>)output, 2e-7, $"run {name}");

        void Observe(SynthesisEvent e)
        {
            if (e is not LevelFinished done) return;
            int l = run.Count - 1 - done.Level.Index;
            Near.Assert(run.Output(l, done.Level.Iterations - 1), (Volume<float>)done.Output, Resized, $"run {name}, level {l}");
            finished++;
        }
    }

    [Fact]
    public void Planner_makes_the_plan_of_official_run_A()
    {
        var run = new OfficialRun("A");
        PyramidPlan plan = PyramidPlanner.Plan(run.Plan.Input, new MethodOptions
        {
            Scale = Scale.One,
            DownscaleT = 0.85,
            DownscaleS = 0.85,
            MinT = 4,
            MinS = 12,
            Patch = new Extent(3, 5, 5),
            Iterations = 2,
        });
        Assert.Equal(
            run.Plan.Levels.Select(l => (l.Index, l.Input, l.Output, l.Patch, l.Iterations)),
            plan.Levels.Select(l => (l.Index, l.Input, l.Output, l.Patch, l.Iterations)));
    }
}
