using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media;

/// <summary>Which part of an input is read, and at which size.</summary>
public sealed record ReadOptions
{
    /// <summary>The frames to read, counted from 1; <c>null</c> for all. In a directory they are counted in order, whatever their numbers.</summary>
    public FrameRange? Frames { get; init; }

    /// <summary>Maximum height in pixels, at least 8; <c>null</c> for none. Higher frames are downscaled to an even width, keeping the aspect ratio.</summary>
    public int? MaxHeight { get; init; }

    /// <summary>Whether a single picture is read as a clip of one frame; the frame range does not apply to it.</summary>
    public bool Still { get; init; }

    /// <summary>The input in messages; <c>null</c> for its path as it was given. For files whose own names mean nothing to the user.</summary>
    public string? Name { get; init; }

    /// <summary>Bounds on the input.</summary>
    public MediaLimits Limits { get; init; } = MediaLimits.Default;
}

/// <summary>Bounds on what is decoded: every input is untrusted.</summary>
public sealed record MediaLimits
{
    /// <summary>Bounds that suit a single user's machine.</summary>
    public static MediaLimits Default { get; } = new();

    /// <summary>Maximum pixels per frame (default 8,847,360, which is 4096×2160).</summary>
    public long MaxPixelsPerFrame { get; init; } = 8_847_360;

    /// <summary>Maximum number of frames that are read (default 3,000).</summary>
    public int MaxFrames { get; init; } = 3_000;

    /// <summary>Maximum bytes of decoded RGB in total (default 4 GiB).</summary>
    public long MaxDecodedBytes { get; init; } = 4L << 30;

    /// <summary>Wall-clock limit for one run of ffmpeg or ffprobe (default 10 minutes).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);
}
