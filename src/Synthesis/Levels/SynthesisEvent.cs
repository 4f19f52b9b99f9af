using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Levels;

/// <summary>An event of a run: progress, a state to resume from, or a finished level.</summary>
/// <param name="Level">The current level.</param>
/// <param name="Fraction">Completed part of the sample's estimated work, 0 to 1, never decreasing.</param>
public abstract record SynthesisEvent(LevelPlan Level, double Fraction);

/// <summary>Progress within a level.</summary>
/// <param name="Level">The current level.</param>
/// <param name="Fraction">Completed part of the sample's work, 0 to 1.</param>
/// <param name="Iteration">EM iteration, from 1.</param>
public record IterationProgress(LevelPlan Level, double Fraction, int Iteration) : SynthesisEvent(Level, Fraction);

/// <summary>
/// A search has made a pass over its patches, and continues. Raised only where a run can resume within the level: not at the coarsest one, and not where the
/// output follows a structure.
/// </summary>
/// <param name="Level">The current level.</param>
/// <param name="Fraction">Completed part of the sample's work, 0 to 1.</param>
/// <param name="State">State from which a run can resume with the same bits; owned by the run: save it within the call.</param>
public sealed record SearchPassed(LevelPlan Level, double Fraction, Checkpoint State) : IterationProgress(Level, Fraction, State.Part!.Value.Iteration + 1);

/// <summary>A level is finished. Its output is a preview, and the state from which a run can resume with the same bits.</summary>
/// <param name="Level">The finished level.</param>
/// <param name="Fraction">Completed part of the sample's work, 0 to 1.</param>
/// <param name="Output">y_n, owned by the run: read or copy it within the call.</param>
/// <param name="Timing">Durations of the level's parts.</param>
public sealed record LevelFinished(LevelPlan Level, double Fraction, Volume Output, LevelTiming Timing) : SynthesisEvent(Level, Fraction)
{
    /// <summary>Matches that the next level starts from, owned by the run as the output is; empty if it starts from the output only.</summary>
    public LevelFields Fields { get; init; }

    /// <summary>Kernel launches since the previous level, if they are measured; those of a batch are reported with its first sample.</summary>
    public IReadOnlyList<KernelLaunch> Launches { get; init; } = [];
}

/// <summary>Durations of a level's parts.</summary>
/// <param name="Resample">Making the level's query, keys and values.</param>
/// <param name="Search">Finding nearest neighbours.</param>
/// <param name="Vote">Folding the patches back.</param>
/// <param name="MeanDistance">Mean summed squared distance of the last iteration's patches to their matches.</param>
public sealed record LevelTiming(TimeSpan Resample, TimeSpan Search, TimeSpan Vote, double MeanDistance);
