using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Synthesis.Structure;

namespace Vgpnn.Synthesis.Backends;

/// <summary>
/// What the samples of a plan are made from, in terms of the method: data only, so that each backend can copy it to where it computes.
/// Whether the output is a loop, how completeness weighs and how votes are taken is in the options; joints between several clips and patches that
/// must not be used are the source's key weights (<see cref="InputPyramid{T}.KeyWeights"/>).
/// </summary>
/// <param name="Plan">The levels.</param>
/// <param name="Options">The options of the method.</param>
/// <param name="Source">The levels that patches are taken from.</param>
internal sealed record RunInputs(PyramidPlan Plan, MethodOptions Options, SourcePyramid Source)
{
    /// <summary>The part of the output that is filled; <c>null</c>: all of it.</summary>
    public MaskedRegion? Masked { get; init; }

    /// <summary>What patches are compared by besides their colours; <c>null</c>: colours only.</summary>
    public StructureGuide? Structure { get; init; }
}
