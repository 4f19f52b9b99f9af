using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Levels;

namespace Vgpnn.Synthesis.Backends;

/// <summary>The result of a level in host memory.</summary>
/// <param name="Outputs">y_n of each sample. A backend may overwrite them once the next level is begun.</param>
/// <param name="MeanDistances">Mean distance of each sample's patches to their matches in the last search, for components in [−1, 1].</param>
/// <param name="Timing">Where the time of the batch went; without a mean distance.</param>
internal sealed record LevelResult(IReadOnlyList<Volume> Outputs, IReadOnlyList<double> MeanDistances, LevelTiming Timing)
{
    /// <summary>Matches that the next level starts from; the samples of larger batches have none.</summary>
    public LevelFields Fields { get; init; }

    /// <summary>Kernel launches since the level before, if they are measured.</summary>
    public IReadOnlyList<KernelLaunch> Launches { get; init; } = [];
}

/// <summary>A result that may not have arrived yet.</summary>
internal abstract class PendingLevel : IDisposable
{
    /// <summary>Whether <see cref="Wait"/> returns at once.</summary>
    public virtual bool HasArrived => true;

    /// <summary>Waits for the result; once.</summary>
    public abstract LevelResult Wait();

    /// <summary>Gives up a result that nobody waited for.</summary>
    public abstract void Dispose();

    /// <summary>A result that is there.</summary>
    public static PendingLevel Of(LevelResult result) => new Arrived(result);

    private sealed class Arrived(LevelResult result) : PendingLevel
    {
        public override LevelResult Wait() => result;

        public override void Dispose()
        {
        }
    }
}
