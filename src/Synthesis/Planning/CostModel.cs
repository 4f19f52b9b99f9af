using System.Diagnostics;
using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Planning;

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

    // What every further thread adds, in parts of what one does alone.
    private const double FurtherThread = 0.8;

    // Large enough that its finest level is searched as those of real clips are, and not exhaustively.
    private static readonly Extent Small = new(5, 36, 64);

    /// <summary>
    /// Measures with a small clip of noise, on the caller's thread alone, so that something else can be waited for meanwhile.
    /// All kernels that a sample needs are compiled after that.
    /// </summary>
    /// <param name="engine">What the run computes with.</param>
    /// <param name="threads">How many threads the run has.</param>
    /// <param name="flow">What finds movement; null: what needs no weights.</param>
    /// <param name="device">A device that the run computes on; null: the processor.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CostModel Measure(
        Engine engine, int threads, IOpticalFlow? flow = null, GpuDevice? device = null, CancellationToken cancellation = default)
    {
        var workers = new Workers(1, cancellation);
        var options = new MethodOptions { Iterations = 2, Noise = 3, Engine = engine };
        Sampler generator = Sampler.Create([new SamplerInput(InputRole.Input, Noise(Small))], options, device: device);
        LevelTiming timing = default!;
        generator.Sample(0, 0, workers);
        generator.Sample(0, 1, workers, what =>
        {
            if (what is LevelFinished level) timing = level.Timing;
        });
        generator.ReleaseDevice();
        if (device is not null) threads = 1;
        LevelPlan finest = generator.Plan.Levels[0];
        double evaluations = Enumerable.Range(0, finest.Iterations).Sum(j => PlanCost.Evaluations<byte>(options, finest, j));
        double speedup = 1 + (FurtherThread * (threads - 1));
        double perSecond = speedup * evaluations / Math.Max(timing.Search.TotalSeconds, 1e-6);
        return new CostModel(
            perSecond,
            speedup * finest.Output.Count * finest.Iterations / Math.Max(timing.Vote.TotalSeconds, 1e-6),
            flow is null ? perSecond / EvaluationsPerFlowVoxel : speedup * FlowVoxels(flow, workers));
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
