using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Levels;

/// <summary>What happens in a run, in order: the one place from which progress, previews and checkpoints come.</summary>
/// <param name="Level">The level at work.</param>
/// <param name="Fraction">Part of the whole sample's estimated work that is done, 0 to 1, never decreasing.</param>
public abstract record SynthesisEvent(LevelPlan Level, double Fraction);

/// <summary>Work goes on.</summary>
/// <param name="Level">The level at work.</param>
/// <param name="Fraction">Part of the sample's work that is done.</param>
/// <param name="Iteration">EM iteration, from 1.</param>
public record IterationProgress(LevelPlan Level, double Fraction, int Iteration) : SynthesisEvent(Level, Fraction);

/// <summary>
/// A search has passed over all of its patches, and will again. Told where the state of the run can be kept in the middle of a level:
/// not at the coarsest one, and not where the output follows a structure.
/// </summary>
/// <param name="Level">The level at work.</param>
/// <param name="Fraction">Part of the sample's work that is done.</param>
/// <param name="State">All that a later run needs to go on from here with the same bits; owned by the run: save it within the call.</param>
public sealed record SearchPassed(LevelPlan Level, double Fraction, Checkpoint State) : IterationProgress(Level, Fraction, State.Part!.Value.Iteration + 1);

/// <summary>A level is done. Its output is a preview, and all that a later run needs to go on from here with the same bits.</summary>
/// <param name="Level">The level that is done.</param>
/// <param name="Fraction">Part of the sample's work that is done.</param>
/// <param name="Output">y_n, owned by the run: read or copy it within the call.</param>
/// <param name="Timing">Where the level's time went.</param>
public sealed record LevelFinished(LevelPlan Level, double Fraction, Volume Output, LevelTiming Timing) : SynthesisEvent(Level, Fraction)
{
    /// <summary>Matches that the next level starts from, as the output owned by the run; empty where it starts from the output alone.</summary>
    public LevelFields Fields { get; init; }

    /// <summary>What a device was asked for since the level before, if launches are measured: of a batch, with its first sample.</summary>
    public IReadOnlyList<KernelLaunch> Launches { get; init; } = [];
}

/// <summary>Where a level's time went.</summary>
/// <param name="Resample">Making the level's query, keys and values.</param>
/// <param name="Search">Finding nearest neighbours.</param>
/// <param name="Vote">Folding the patches back.</param>
/// <param name="MeanDistance">Mean summed squared distance of the last iteration's patches to their matches.</param>
public sealed record LevelTiming(TimeSpan Resample, TimeSpan Search, TimeSpan Vote, double MeanDistance);
