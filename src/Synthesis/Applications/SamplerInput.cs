using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Applications;

/// <summary>One of the clips that a run is made of.</summary>
/// <param name="Role">What it is to the run.</param>
/// <param name="Clip">Its frames.</param>
public sealed record SamplerInput(InputRole Role, Clip Clip);
