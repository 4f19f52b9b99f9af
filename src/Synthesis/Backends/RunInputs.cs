using Vgpnn.Kernels.Volumes;

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

/// <summary>An output that is known outside a mask. Arrays have an element for each level, the finest first.</summary>
/// <param name="Masks">The voxels that take the vote, in the output's size.</param>
/// <param name="Boxes">The part of the output that is searched.</param>
/// <param name="Known">The video outside the mask.</param>
internal sealed record MaskedRegion(IReadOnlyList<Mask> Masks, IReadOnlyList<Box> Boxes, SourcePyramid Known);

/// <summary>
/// Dynamic structure (paper, section 4, video analogies): volumes T×H×W×1 of 0 to 1, one for each level, the finest first; <c>null</c> at levels
/// where colour alone counts.
/// </summary>
/// <param name="Content">Structure of the output.</param>
/// <param name="Style">Structure of the source.</param>
/// <param name="Weight">
/// Distance of 0 and 1 as a fourth channel beside the colours; black and white are 2 apart in each of the other three.
/// </param>
internal sealed record StructureGuide(IReadOnlyList<Volume<float>?> Content, IReadOnlyList<Volume<float>?> Style, float Weight);
