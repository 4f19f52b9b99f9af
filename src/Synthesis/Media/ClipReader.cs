namespace Vgpnn.Synthesis.Media;

/// <summary>A range of frames, counted from 1, both ends included.</summary>
/// <param name="First">The first frame, 1 or more.</param>
/// <param name="Last">The last frame; null: up to the end.</param>
public readonly record struct FrameRange(int First, int? Last);

/// <summary>What is read of an input.</summary>
public sealed record ReadOptions
{
    /// <summary>The frames wanted; null: all.</summary>
    public FrameRange? Frames { get; init; }

    /// <summary>Frames higher than this are made smaller, keeping their shape; null: never.</summary>
    public int? MaxHeight { get; init; }

    /// <summary>Bounds that hold for every input.</summary>
    public MediaLimits Limits { get; init; } = MediaLimits.Default;
}

/// <summary>Bounds on what is decoded: every input is untrusted.</summary>
public sealed record MediaLimits
{
    /// <summary>Bounds that suit one person's machine.</summary>
    public static MediaLimits Default { get; } = new();

    /// <summary>Pixels of one frame: 8,847,360 is 4096×2160.</summary>
    public long MaxPixelsPerFrame { get; init; } = 8_847_360;

    /// <summary>Frames of one clip after the range was applied.</summary>
    public int MaxFrames { get; init; } = 3_000;

    /// <summary>Bytes of decoded RGB in all.</summary>
    public long MaxDecodedBytes { get; init; } = 4L << 30;

    /// <summary>Wall-clock time for one run of ffmpeg or ffprobe.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>What is known of an input before it is decoded.</summary>
/// <param name="Width">Columns as shown, after rotation.</param>
/// <param name="Height">Rows as shown, after rotation.</param>
/// <param name="FrameRate">Frames per second.</param>
/// <param name="Frames">Frames by the container's word; null where it does not say.</param>
/// <param name="Codec">The codec's name, such as h264.</param>
/// <param name="PixelFormat">ffmpeg's name of the pixel format, such as yuv420p10le.</param>
public sealed record ClipInfo(int Width, int Height, FrameRate FrameRate, int? Frames, string Codec, string PixelFormat);

/// <summary>A clip and what was said about it on the way in.</summary>
/// <param name="Clip">The frames.</param>
/// <param name="Info">What the container says.</param>
/// <param name="Notices">Sentences a user should read: bit depth lost, alpha blended, frames resampled, numbers missing.</param>
public sealed record ReadResult(Clip Clip, ClipInfo Info, IReadOnlyList<string> Notices);

/// <summary>Reads videos, animated GIFs and directories of numbered frames through ffmpeg.</summary>
public static class ClipReader
{
    /// <summary>Reads the clip at <paramref name="path"/>, a file or a directory.</summary>
    /// <exception cref="VgpnnException">Kind Input: nothing usable there. Kind Device: ffmpeg is missing.</exception>
    public static Task<ReadResult> ReadAsync(string path, ReadOptions? options = null, CancellationToken cancellation = default) =>
        throw new NotImplementedException();
}
