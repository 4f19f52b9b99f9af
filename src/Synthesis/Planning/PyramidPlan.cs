using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Planning;

/// <summary>The levels of a run, coarsest last, and what the run will take.</summary>
/// <param name="Input">Size of the input.</param>
/// <param name="Output">Size of the output.</param>
/// <param name="OutputScale">Output size over input size as resolved.</param>
/// <param name="Levels">Finest first: <c>Levels[n].Index == n</c>.</param>
/// <param name="PatchEvaluations">Patch distances that one sample computes, an estimate.</param>
/// <param name="VotedVoxels">Voxels that one sample votes for, over all levels and iterations.</param>
/// <param name="PeakBytes">An upper bound of the bytes held at once, whatever the number of samples.</param>
public sealed record PyramidPlan(
    Extent Input, Extent Output, Scale OutputScale, IReadOnlyList<LevelPlan> Levels, long PatchEvaluations, long VotedVoxels, long PeakBytes)
{
    /// <summary>Voxels of the clips whose movement is found before the first sample.</summary>
    public long FlowVoxels { get; init; }

    /// <summary>How many times a sample starts, the two coarsest levels each; the best start goes on.</summary>
    public int Starts { get; init; } = 1;

    /// <summary>Clips that patches are taken from, each with motion of its own.</summary>
    public int Clips { get; init; } = 1;

    /// <summary>Inputs whose structure the output follows; <c>null</c> for none.</summary>
    internal IReadOnlyList<InputSize>? Followed { get; init; }

    /// <summary>The buffers that <see cref="PeakBytes"/> is derived from; <c>null</c> where a plan was not made by the planner.</summary>
    internal MemoryEstimate? Memory { get; init; }

    /// <summary>The coarsest level, where a run starts.</summary>
    public LevelPlan Coarsest => Levels[^1];
}
