namespace Vgpnn.Synthesis.Clips;

/// <summary>A range of frames, counted from 1, both ends included.</summary>
/// <param name="First">The first frame, 1 or more.</param>
/// <param name="Last">The last frame; <c>null</c> for the end of the clip.</param>
public readonly record struct FrameRange(int First, int? Last);
