using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Applications;

/// <summary>An input clip of a run.</summary>
/// <param name="Role">How the run uses it.</param>
/// <param name="Clip">Its frames.</param>
public sealed record SamplerInput(InputRole Role, Clip Clip);
