using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Levels;

namespace Vgpnn.Synthesis.Backends;

/// <summary>The result of a level in host memory.</summary>
/// <param name="Outputs">y_n of each sample. A backend may overwrite them once the next level begins.</param>
/// <param name="MeanDistances">Mean distance of each sample's patches to their matches in the last search, for components in [−1, 1].</param>
/// <param name="Timing">Durations of the batch, without the mean distance.</param>
internal sealed record LevelResult(IReadOnlyList<Volume> Outputs, IReadOnlyList<double> MeanDistances, LevelTiming Timing)
{
    /// <summary>Matches that the next level starts from; empty in batches of several samples.</summary>
    public LevelFields Fields { get; init; }

    /// <summary>Kernel launches since the previous level, if they are measured.</summary>
    public IReadOnlyList<KernelLaunch> Launches { get; init; } = [];
}

/// <summary>A result that may not have arrived yet.</summary>
internal abstract class PendingLevel : IDisposable
{
    /// <summary>Whether <see cref="Wait"/> returns at once.</summary>
    public virtual bool HasArrived => true;

    /// <summary>Waits for the result; call it once.</summary>
    public abstract LevelResult Wait();

    /// <summary>Discards a result that was not waited for.</summary>
    public abstract void Dispose();

    /// <summary>A result that has arrived.</summary>
    public static PendingLevel Of(LevelResult result) => new Arrived(result);

    private sealed class Arrived(LevelResult result) : PendingLevel
    {
        public override LevelResult Wait() => result;

        public override void Dispose()
        {
        }
    }
}
