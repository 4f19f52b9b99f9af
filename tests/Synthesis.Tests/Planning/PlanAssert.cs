using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Tests.Planning;

/// <summary>Asserts the invariants of every plan.</summary>
internal static class PlanAssert
{
    public static void IsSane(PyramidPlan plan, MethodOptions options)
    {
        Assert.InRange(plan.Levels.Count, 1, PyramidPlanner.MaxLevels);
        Assert.Equal(Scale.One, plan.Levels[0].Scale);
        Assert.Equal(plan.Input, plan.Levels[0].Input);
        Assert.Equal(plan.Output, plan.Levels[0].Output);
        for (int n = 0; n < plan.Levels.Count; n++)
        {
            LevelPlan level = plan.Levels[n];
            Assert.Equal(n, level.Index);
            Assert.True(level.Patch is { T: > 0, H: > 0, W: > 0 }, $"{level}");
            Assert.True(level.Input.Holds(level.Patch) && level.Output.Holds(level.Patch), $"{level}");
            Assert.True(NearestNeighbourField.Fits(level.Query, level.Input), $"{level}");
            Assert.InRange(level.Output.T, Math.Min(options.MinT, plan.Output.T), plan.Output.T);
            Assert.InRange(level.Output.ShortSide, Math.Min(options.MinS, plan.Output.ShortSide), plan.Output.ShortSide);

            // The input's levels contain the whole patch if the input does.
            Extent patch = options.Patch ?? new Extent(3, 7, 7);
            Assert.InRange(level.Input.T, Math.Min(patch.T, plan.Input.T), plan.Input.T);
            Assert.InRange(level.Input.ShortSide, Math.Min(Math.Max(patch.H, patch.W), plan.Input.ShortSide), plan.Input.ShortSide);
            Assert.InRange(level.Iterations, 1, options.Iterations ?? 5);
            if (n == 0) continue;
            LevelPlan finer = plan.Levels[n - 1];
            Assert.True(finer.Input.Holds(level.Input) && finer.Output.Holds(level.Output), $"{finer} is no finer than {level}");
            Assert.True(level.Scale.T <= finer.Scale.T && level.Scale.H <= finer.Scale.H, $"{finer} is no finer than {level}");
            Assert.NotEqual(finer.Scale, level.Scale);
            Assert.Equal(level.Scale.H, level.Scale.W);
        }

        Assert.Equal(1, plan.Coarsest.Iterations);
        long starts = plan.Starts == 1 ? 0 : plan.Starts * plan.Levels.TakeLast(2).Sum(l => l.Output.Count * l.Iterations);
        Assert.Equal(plan.Levels.Sum(l => l.Output.Count * l.Iterations) + starts, plan.VotedVoxels);
        Assert.True(plan.PatchEvaluations > 0);
        long sample = options.Engine == Engine.Float ? sizeof(float) : sizeof(byte);
        Assert.True(plan.PeakBytes > 3 * sample * (plan.Input.Count + plan.Output.Count));
    }
}
