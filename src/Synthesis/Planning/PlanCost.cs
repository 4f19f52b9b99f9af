using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Backends.Cpu;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Planning;

/// <summary>The work of a plan on the CPU, in patch distances and votes.</summary>
internal static class PlanCost
{
    /// <summary>Creates a plan of these levels with its work and memory.</summary>
    /// <param name="input">Size of the input.</param>
    /// <param name="output">Size of the output.</param>
    /// <param name="outputScale">Output size divided by input size.</param>
    /// <param name="levels">Finest first.</param>
    /// <param name="options">The options of the method.</param>
    /// <param name="clips">Number of clips that patches are taken from.</param>
    /// <param name="followed">Inputs whose structure is followed; <c>null</c> for none.</param>
    /// <param name="flow">Estimates motion; <c>null</c> for the flow that needs no weights.</param>
    public static PyramidPlan Complete(
        Extent input, Extent output, Scale outputScale, IReadOnlyList<LevelPlan> levels, MethodOptions options, int clips = 1,
        IReadOnlyList<InputSize>? followed = null, IOpticalFlow? flow = null)
    {
        double evaluations = 0;
        long votes = 0;
        foreach (LevelPlan level in levels)
        {
            for (int j = 0; j < level.Iterations; j++) evaluations += Evaluations<byte>(options, level, j);
            votes += level.Output.Count * level.Iterations;
        }

        int starts = SampleStart.Count(levels, options, (long)Math.Min(evaluations, long.MaxValue / 2));
        if (starts > 1)
        {
            evaluations += starts * SampleStart.Evaluations(levels, options);
            votes += starts * levels.TakeLast(2).Sum(l => l.Output.Count * l.Iterations);
        }

        var plan = new PyramidPlan(input, output, outputScale, levels, (long)Math.Min(evaluations, long.MaxValue / 2), votes, 0)
        {
            Starts = starts,
            Clips = clips,
            Followed = followed,
            FlowVoxels = options.Application == Application.Sketch && options.Match == InkMatch.Contrast
                ? 0
                : followed?.Where(f => f.Role != InputRole.Sketch).Sum(f => f.Size.Count) ?? 0,
        };
        MemoryEstimate memory = CpuBuffers.Of(plan, options, flow);
        return plan with { PeakBytes = memory.PeakBytes, Memory = memory };
    }

    /// <summary>Patch distances of one EM iteration, those of completeness included.</summary>
    public static double Evaluations<T>(MethodOptions options, LevelPlan level, int iteration)
        where T : unmanaged
    {
        long queries = level.QueryGrid.Count, keys = level.KeyGrid.Count;
        iteration = level.SearchIteration(iteration);
        return PatchSearches.Create<T>(LevelSearch.Method(options, level)).Evaluations(queries, keys, iteration)
            + (options.Completeness is null
                ? 0
                : PatchSearches.Create<T>(LevelSearch.ReverseMethod(options, level)).Evaluations(keys, queries, iteration));
    }
}
