using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media;

/// <summary>What is read of an input.</summary>
public sealed record ReadOptions
{
    /// <summary>The frames wanted; null: all. In a directory they are counted as they lie in order, whatever their numbers.</summary>
    public FrameRange? Frames { get; init; }

    /// <summary>Frames higher than this are made smaller, keeping their shape, to an even width; null: never. At least 8.</summary>
    public int? MaxHeight { get; init; }

    /// <summary>Whether a single picture is a clip of one frame; of it the range of frames means nothing.</summary>
    public bool Still { get; init; }

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
