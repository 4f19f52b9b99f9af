using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Planning;

/// <summary>The size of one of the clips that a run is made of.</summary>
/// <param name="Role">What it is to the run.</param>
/// <param name="Size">Its frames, rows and columns.</param>
public sealed record InputSize(InputRole Role, Extent Size);
