using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Synthesis.Structure;

namespace Vgpnn.Synthesis.Backends;

/// <summary>
/// Everything that the samples of a plan are made from, in terms of the method: data only, so that each backend can copy it to its own memory.
/// The options contain whether the output is a loop, the weight of completeness and the vote; the source's key weights
/// (<see cref="InputPyramid{T}.KeyWeights"/>) exclude joints between clips and patches that must not be used.
/// </summary>
/// <param name="Plan">The levels.</param>
/// <param name="Options">The options of the method.</param>
/// <param name="Source">The levels that patches are taken from.</param>
internal sealed record RunInputs(PyramidPlan Plan, MethodOptions Options, SourcePyramid Source)
{
    /// <summary>The part of the output that is filled; <c>null</c> for the whole output.</summary>
    public MaskedRegion? Masked { get; init; }

    /// <summary>Structure that patches are compared by in addition to colours; <c>null</c> for colours only.</summary>
    public StructureGuide? Structure { get; init; }
}
