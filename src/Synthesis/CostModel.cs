using System.Diagnostics;
using Vgpnn.Kernels;
using Vgpnn.Kernels.Flow;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Synthesis;

/// <summary>What this machine gets done in a second, measured in about a tenth of one: enough to say "about a minute".</summary>
/// <param name="EvaluationsPerSecond">Patch distances.</param>
/// <param name="VoxelsPerSecond">Voxels voted for.</param>
/// <param name="FlowVoxelsPerSecond">Voxels whose movement is found.</param>
public sealed record CostModel(double EvaluationsPerSecond, double VoxelsPerSecond, double FlowVoxelsPerSecond)
{
    // Estimating motion without weights takes about as long as so many patch distances a voxel.
    private const double EvaluationsPerFlowVoxel = 10;

    // The side of the smallest frame that a network sees.
    private const int FlowSide = 64;

    /// <summary>Measures with a small clip of noise.</summary>
    /// <param name="engine">What the run computes with.</param>
    /// <param name="workers">The run's threads.</param>
    /// <param name="flow">What finds movement; null: what needs no weights.</param>
    /// <exception cref="OperationCanceledException">The workers were cancelled.</exception>
    public static CostModel Measure(Engine engine, Workers workers, IOpticalFlow? flow = null)
    {
        ArgumentNullException.ThrowIfNull(workers);
        var generator = new Generator(Noise(new Extent(4, 24, 32)), new MethodOptions { Iterations = 2, Engine = engine });
        TimeSpan search = default;
        TimeSpan vote = default;
        generator.Sample(0, 0, workers);
        generator.Sample(0, 1, workers, what =>
        {
            if (what is not LevelFinished level) return;
            search += level.Timing.Search;
            vote += level.Timing.Vote;
        });
        double evaluations = generator.Plan.PatchEvaluations / Math.Max(search.TotalSeconds, 1e-6);
        return new CostModel(
            evaluations,
            generator.Plan.VotedVoxels / Math.Max(vote.TotalSeconds, 1e-6),
            flow is null ? evaluations / EvaluationsPerFlowVoxel : FlowVoxels(flow, workers));
    }

    // The first pair takes the compiler along.
    private static double FlowVoxels(IOpticalFlow flow, Workers workers)
    {
        Volume<byte> pair = Noise(new Extent(2, FlowSide, FlowSide)).ToBytes();
        flow.Estimate(pair, 0, 1, workers);
        long start = Stopwatch.GetTimestamp();
        flow.Estimate(pair, 0, 1, workers);
        return FlowSide * FlowSide / Math.Max(Stopwatch.GetElapsedTime(start).TotalSeconds, 1e-6);
    }

    /// <summary>How long one sample of this plan takes, roughly.</summary>
    public TimeSpan Expected(PyramidPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return TimeSpan.FromSeconds((plan.PatchEvaluations / EvaluationsPerSecond) + (plan.VotedVoxels / VoxelsPerSecond));
    }

    /// <summary>How long takes what is done once before the first sample, roughly.</summary>
    public TimeSpan ExpectedPreparation(PyramidPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return TimeSpan.FromSeconds(plan.FlowVoxels / FlowVoxelsPerSecond);
    }

    private static Clip Noise(Extent extent)
    {
        uint state = 1;
        var frames = new byte[extent.T][];
        for (int t = 0; t < extent.T; t++)
        {
            frames[t] = new byte[extent.H * extent.W * 3];
            for (int i = 0; i < frames[t].Length; i++)
            {
                state = (state * 1664525) + 1013904223;
                frames[t][i] = (byte)(state >> 24);
            }
        }

        return new Clip(frames, extent.W, extent.H, new FrameRate(10, 1));
    }
}
