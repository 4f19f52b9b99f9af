namespace Vgpnn.Contracts;

/// <summary>What a painting over a video has become: the inputs of a request that fills it in.</summary>
/// <param name="Painted">The video with its cues.</param>
/// <param name="Mask">White where it is to be filled.</param>
public sealed record Painting(Video Painted, Video Mask);
