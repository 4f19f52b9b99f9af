using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Planning;

/// <summary>The levels of a run, with its estimated work and memory.</summary>
/// <param name="Input">Size of the input.</param>
/// <param name="Output">Size of the output.</param>
/// <param name="OutputScale">Output size divided by input size, after rounding.</param>
/// <param name="Levels">Finest first: <c>Levels[n].Index == n</c>.</param>
/// <param name="PatchEvaluations">Estimated patch distances of one sample.</param>
/// <param name="VotedVoxels">Voxels that one sample votes for, over all levels and iterations.</param>
/// <param name="PeakBytes">An upper bound of the bytes held at once, for any number of samples.</param>
public sealed record PyramidPlan(
    Extent Input, Extent Output, Scale OutputScale, IReadOnlyList<LevelPlan> Levels, long PatchEvaluations, long VotedVoxels, long PeakBytes)
{
    /// <summary>Voxels whose motion is estimated before the first sample.</summary>
    public long FlowVoxels { get; init; }

    /// <summary>Number of starts of a sample, at the two coarsest levels; the best one continues.</summary>
    public int Starts { get; init; } = 1;

    /// <summary>Number of clips that patches are taken from, each with its own motion.</summary>
    public int Clips { get; init; } = 1;

    /// <summary>Inputs whose structure the output follows; <c>null</c> for none.</summary>
    internal IReadOnlyList<InputSize>? Followed { get; init; }

    /// <summary>The buffers that <see cref="PeakBytes"/> is derived from; <c>null</c> if the planner did not create the plan.</summary>
    internal MemoryEstimate? Memory { get; init; }

    /// <summary>The coarsest level, where a run starts.</summary>
    public LevelPlan Coarsest => Levels[^1];
}
