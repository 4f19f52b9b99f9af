using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Planning;

/// <summary>The size of an input clip of a run.</summary>
/// <param name="Role">How the run uses it.</param>
/// <param name="Size">Its frames, rows and columns.</param>
public sealed record InputSize(InputRole Role, Extent Size);
