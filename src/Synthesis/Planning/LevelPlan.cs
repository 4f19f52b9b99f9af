using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Planning;

/// <summary>What patches are compared by.</summary>
public enum Guide
{
    /// <summary>Their colours.</summary>
    Colour,

    /// <summary>Their colours and how fast they move.</summary>
    StructureAndColour,

    /// <summary>How fast they move, and where they are.</summary>
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
    /// <summary>Size of Q: the output's, unless only a part of it is searched or its ends meet (<see cref="Canvases.Canvas"/>).</summary>
    public Extent Query { get; init; } = Output;

    /// <summary>What patches are compared by.</summary>
    public Guide Guide { get; init; }

    /// <summary>Whether searches start from the matches of the next coarser level.</summary>
    public bool StartsFromCoarser { get; init; }

    /// <summary>What <see cref="SearchTask{T}.Iteration"/> is in an iteration of this level: matches that are there already are only refined.</summary>
    internal int SearchIteration(int iteration) => StartsFromCoarser ? Math.Max(iteration, Refining) : iteration;

    private const int Refining = 2;

    /// <summary>Samples per voxel of Q and K.</summary>
    public int Channels => Guide == Guide.StructureAndColour ? 4 : 3;

    /// <summary>Query patches: one nearest neighbour is searched for each.</summary>
    public Extent QueryGrid => Query.PatchGrid(Patch);

    /// <summary>Key patches to choose from.</summary>
    public Extent KeyGrid => Input.PatchGrid(Patch);
}
