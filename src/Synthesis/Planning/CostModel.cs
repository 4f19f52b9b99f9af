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

/// <summary>Speed of this machine, measured in about a tenth of a second: precise enough for "about a minute".</summary>
/// <param name="EvaluationsPerSecond">Patch distances per second.</param>
/// <param name="VoxelsPerSecond">Voted voxels per second.</param>
/// <param name="FlowVoxelsPerSecond">Voxels per second whose motion is estimated.</param>
public sealed record CostModel(double EvaluationsPerSecond, double VoxelsPerSecond, double FlowVoxelsPerSecond)
{
    // Cost of estimating a voxel's motion without weights, in patch distances.
    private const double EvaluationsPerFlowVoxel = 10;

    // The side of the smallest frame that a network accepts.
    private const int FlowSide = 64;

    // Speed that each further thread adds, relative to one thread.
    private const double FurtherThread = 0.8;

    // Large enough that its finest level is searched like those of real clips, not exhaustively.
    private static readonly Extent Small = new(5, 36, 64);

    /// <summary>
    /// Measures with a small clip of noise on the calling thread only, so that the caller can wait for other work at the same time. It also compiles all kernels
    /// that a sample needs.
    /// </summary>
    /// <param name="engine">The run's engine.</param>
    /// <param name="threads">Number of threads of the run.</param>
    /// <param name="flow">Estimates motion; <c>null</c> for the flow that needs no weights.</param>
    /// <param name="device">The device that the run uses; <c>null</c> for the CPU.</param>
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

    // The first pair includes the time of the compiler.
    private static double FlowVoxels(IOpticalFlow flow, Workers workers)
    {
        Volume<byte> pair = Noise(new Extent(2, FlowSide, FlowSide)).ToBytes();
        flow.Estimate(pair, 0, 1, workers);
        long start = Stopwatch.GetTimestamp();
        flow.Estimate(pair, 0, 1, workers);
        return FlowSide * FlowSide / Math.Max(Stopwatch.GetElapsedTime(start).TotalSeconds, 1e-6);
    }

    /// <summary>Estimated time of one sample of this plan.</summary>
    public TimeSpan Expected(PyramidPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return TimeSpan.FromSeconds((plan.PatchEvaluations / EvaluationsPerSecond) + (plan.VotedVoxels / VoxelsPerSecond));
    }

    /// <summary>Estimated set-up time, before the first sample.</summary>
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
