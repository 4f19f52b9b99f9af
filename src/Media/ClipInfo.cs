using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media;

/// <summary>What is known of an input before it is decoded.</summary>
/// <param name="Width">Columns as shown, after rotation and with square pixels.</param>
/// <param name="Height">Rows as shown, after rotation.</param>
/// <param name="FrameRate">Frames per second; the average where the rate varies.</param>
/// <param name="Frames">Frames as counted in the container, or by its word where it is too long to count; null where neither says.</param>
/// <param name="Codec">The codec's name, such as h264.</param>
/// <param name="PixelFormat">ffmpeg's name of the pixel format, such as yuv420p10le.</param>
public sealed record ClipInfo(int Width, int Height, FrameRate FrameRate, int? Frames, string Codec, string PixelFormat);

/// <summary>A clip and what was said about it on the way in.</summary>
/// <param name="Clip">The frames.</param>
/// <param name="Info">What the container says.</param>
/// <param name="Notices">Sentences a user should read: bit depth lost, alpha blended, frames resampled, numbers missing.</param>
public sealed record ReadResult(Clip Clip, ClipInfo Info, IReadOnlyList<string> Notices);
