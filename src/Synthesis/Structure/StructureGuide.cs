using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Structure;

/// <summary>
/// Dynamic structure (paper, section 4, video analogies): volumes T×H×W×1 of 0 to 1, one per level, the finest first; <c>null</c> at levels that compare colours
/// only.
/// </summary>
/// <param name="Content">Structure of the output.</param>
/// <param name="Style">Structure of the source.</param>
/// <param name="Weight">
/// Distance between 0 and 1 as a fourth channel; in each of the three colours, black and white differ by 2.
/// </param>
internal sealed record StructureGuide(IReadOnlyList<Volume<float>?> Content, IReadOnlyList<Volume<float>?> Style, float Weight);
