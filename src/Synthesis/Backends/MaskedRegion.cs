using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Masks;

namespace Vgpnn.Synthesis.Backends;

/// <summary>An output that is known outside a mask. Lists have an element per level, the finest first.</summary>
/// <param name="Masks">The voxels that take the vote, in the output's size.</param>
/// <param name="Boxes">The part of the output that is searched.</param>
/// <param name="Known">The video outside the mask.</param>
internal sealed record MaskedRegion(IReadOnlyList<Mask> Masks, IReadOnlyList<Box> Boxes, SourcePyramid Known);
