using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Backends.Cpu;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Applications;

/// <summary>
/// Resizes or retimes a video (paper, section 4): objects keep their shape and speed, and the scene is rearranged. There is no noise: the input, stretched
/// to the new size, is the first guess. If the sizes differ much, the guess is stretched in steps, each of which is rearranged before the next (Simakov
/// et al. 2008). This happens at the coarsest level only, which decides the layout; K and V are always the input itself, and keys that nothing has
/// matched weigh most (completeness).
/// </summary>
public sealed class Retargeter : Sampler
{
    // Smaller steps lose less of the input; at a half or a third of the width, steps below this size gain nothing more.
    private const double LargestStep = 1.1;
    private const int StepIterations = 5;

    // α of completeness in the steps: later levels cannot restore what the steps lose.
    private const double StepCompleteness = 1;

    private readonly SourcePyramid _pyramid;

    /// <summary>Plans the run.</summary>
    /// <exception cref="VgpnnException">The options do not fit the clip's size.</exception>
    public Retargeter(Clip input, MethodOptions options)
        : base(options, PyramidPlanner.Plan(input.Extent, options), input.FrameRate) =>
        _pyramid = new SourcePyramid([input], Plan.Levels);

    private protected override SourcePyramid Source => _pyramid;

    private protected override RunInputs Inputs(Workers workers) => new(Plan, Options, _pyramid);

    private protected override CoarsestQueries Queries(Workers workers) => CoarsestQueries.Of(CoarsestQuery);

    private Volume<float> CoarsestQuery(SampleRun run)
    {
        LevelPlan coarsest = Plan.Coarsest;
        Extent[] sizes = Steps(coarsest.Input, coarsest.Output);
        if (sizes.Length == 1) return _pyramid.Resized(Options.Engine, coarsest.Output, coarsest.Scale * Plan.OutputScale, run.Workers);

        Volume<float> source = _pyramid.Resized(Options.Engine, coarsest.Input, coarsest.Scale, run.Workers), guess = source;
        var layer = new VpnnLayer<float>(Options with { Completeness = StepCompleteness }, Canvas.Plain);
        for (int i = 0; i < sizes.Length; i++)
        {
            Extent size = sizes[i];
            guess = Resampler.Resize(guess, size, Ratio(size, guess.Extent), run.Workers);
            if (i == sizes.Length - 1) break;
            Volume<float>? sharp = null;
            var step = new LevelPlan(
                coarsest.Index, coarsest.Scale, coarsest.Input, size, Extent.Min(coarsest.Patch, size),
                Options.Iterations ?? StepIterations);
            layer.Run(step, guess, ref sharp, source, weights: null, Hash.Derive(Hash.Derive(run.Seed, ~0UL), (ulong)i), run.Workers);
        }

        return guess;
    }

    /// <summary>The sizes of the steps, each with about the same ratio to the previous one.</summary>
    private static Extent[] Steps(Extent from, Extent to)
    {
        double farthest = new[] { (double)to.T / from.T, (double)to.H / from.H, (double)to.W / from.W }.Max(r => Math.Max(r, 1 / r));
        int steps = Math.Max(1, (int)Math.Ceiling(Math.Log(farthest) / Math.Log(LargestStep)));
        return [.. Enumerable.Range(1, steps).Select(i => new Extent(
            Between(from.T, to.T, (double)i / steps), Between(from.H, to.H, (double)i / steps), Between(from.W, to.W, (double)i / steps)))];
    }

    private static int Between(int from, int to, double part) => (int)Math.Round(from * Math.Pow((double)to / from, part));

    private static Scale Ratio(Extent a, Extent b) => new((double)a.T / b.T, (double)a.H / b.H, (double)a.W / b.W);
}
