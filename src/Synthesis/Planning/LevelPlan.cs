using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Planning;

/// <summary>The features that patches are compared by.</summary>
public enum Guide
{
    /// <summary>Colours.</summary>
    Colour,

    /// <summary>Colours and motion.</summary>
    StructureAndColour,

    /// <summary>Motion and position.</summary>
    Structure,
}

/// <summary>One level of a pyramid plan.</summary>
/// <param name="Index">0 is the finest level, as in the paper.</param>
/// <param name="Scale">Factor from full size to this level, the same for input and output.</param>
/// <param name="Input">Size of the input at this level: x_n.</param>
/// <param name="Output">Size of the output at this level: y_n.</param>
/// <param name="Patch">Patch size.</param>
/// <param name="Iterations">EM iterations.</param>
public sealed record LevelPlan(int Index, Scale Scale, Extent Input, Extent Output, Extent Patch, int Iterations)
{
    /// <summary>Size of Q: the output's, unless only a part of it is searched or it is a loop (<see cref="Canvases.Canvas"/>).</summary>
    public Extent Query { get; init; } = Output;

    /// <summary>The features that patches are compared by.</summary>
    public Guide Guide { get; init; }

    /// <summary>Whether searches start from the matches of the next coarser level.</summary>
    public bool StartsFromCoarser { get; init; }

    /// <summary>The value of <see cref="SearchTask{T}.Iteration"/> in an iteration of this level: existing matches are only refined.</summary>
    internal int SearchIteration(int iteration) => StartsFromCoarser ? Math.Max(iteration, Refining) : iteration;

    private const int Refining = 2;

    /// <summary>Components per voxel of Q and K.</summary>
    public int Channels => Guide == Guide.StructureAndColour ? 4 : 3;

    /// <summary>Grid of the query patches.</summary>
    public Extent QueryGrid => Query.PatchGrid(Patch);

    /// <summary>Grid of the key patches.</summary>
    public Extent KeyGrid => Input.PatchGrid(Patch);
}
