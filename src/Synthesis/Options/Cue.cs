namespace Vgpnn.Synthesis.Options;

/// <summary>What the fill of a mask starts from.</summary>
public enum Cue
{
    /// <summary>The colours that the video has under the mask: a rough painting of what is wanted there.</summary>
    Paint,

    /// <summary>The mask's surroundings; what the video has under the mask does not matter.</summary>
    None,
}
