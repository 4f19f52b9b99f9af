using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Masks;

/// <summary>A part of a volume.</summary>
/// <param name="T">First frame.</param>
/// <param name="H">First row.</param>
/// <param name="W">First column.</param>
/// <param name="Size">Frames, rows and columns.</param>
internal readonly record struct Box(int T, int H, int W, Extent Size);
