namespace Vgpnn.Contracts;

/// <summary>Videos made from a painting over a video: the inputs of an inpainting request.</summary>
/// <param name="Painted">The video with painted cues.</param>
/// <param name="Mask">The mask; white regions are filled.</param>
public sealed record Painting(Video Painted, Video Mask);
