using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media;

/// <summary>An input before it is decoded.</summary>
/// <param name="Width">Columns as shown, after rotation and with square pixels.</param>
/// <param name="Height">Rows as shown, after rotation.</param>
/// <param name="FrameRate">Frames per second; the average if the rate varies.</param>
/// <param name="Frames">Number of frames, counted, or as the container states if it is too long to count; <c>null</c> if unknown.</param>
/// <param name="Codec">The codec's name, such as h264.</param>
/// <param name="PixelFormat">ffmpeg's name of the pixel format, such as yuv420p10le.</param>
public sealed record ClipInfo(int Width, int Height, FrameRate FrameRate, int? Frames, string Codec, string PixelFormat);

/// <summary>A clip that was read.</summary>
/// <param name="Clip">The frames.</param>
/// <param name="Info">The input.</param>
/// <param name="Notices">Notices for the user, such as bit depth lost, alpha blended, frames resampled, numbers missing.</param>
public sealed record ReadResult(Clip Clip, ClipInfo Info, IReadOnlyList<string> Notices);
