using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Structure;

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
