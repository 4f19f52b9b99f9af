namespace Vgpnn.Kernels;

/// <summary>
/// Float samples of a video or of one pyramid level, in the order [T, H, W, C]: the channels of a voxel lie side by
/// side, so that one row of a patch is one contiguous run of W×C floats whatever the number of channels. RGB is in
/// [−1, 1] up to the overshoot of bicubic resampling.
/// </summary>
public sealed class Volume
{
    /// <summary>Floats that may be read, but mean nothing, beyond the last sample: kernels load whole vectors.</summary>
    internal const int Padding = 16;

    /// <summary>Allocates a volume of zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1, or more samples than one array can hold.</exception>
    public Volume(Extent extent, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(extent.T, 1, nameof(extent));
        ArgumentOutOfRangeException.ThrowIfLessThan(extent.H, 1, nameof(extent));
        ArgumentOutOfRangeException.ThrowIfLessThan(extent.W, 1, nameof(extent));
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        long count = extent.Count * channels;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxSamples, nameof(extent));
        Extent = extent;
        Channels = channels;
        Buffer = new float[count + Padding];
    }

    /// <summary>The most samples that one volume can hold.</summary>
    public static long MaxSamples => Array.MaxLength - Padding;

    /// <summary>Frames, rows and columns.</summary>
    public Extent Extent { get; }

    /// <summary>Samples per voxel.</summary>
    public int Channels { get; }

    /// <summary>Number of samples: T·H·W·C.</summary>
    public int Count => Buffer.Length - Padding;

    /// <summary>All samples in [T, H, W, C] order.</summary>
    public Span<float> Samples => Buffer.AsSpan(0, Count);

    /// <summary>Samples from one row to the next.</summary>
    public int RowStride => Extent.W * Channels;

    /// <summary>Samples from one frame to the next.</summary>
    public int FrameStride => Extent.H * RowStride;

    /// <summary>The samples with <see cref="Padding"/> floats after them.</summary>
    internal float[] Buffer { get; }

    /// <summary>Bytes that a volume of this size takes.</summary>
    public static long Bytes(Extent extent, int channels) => ((extent.Count * channels) + Padding) * sizeof(float);

    /// <summary>The samples of row <paramref name="h"/> of frame <paramref name="t"/>.</summary>
    public Span<float> Row(int t, int h) => Buffer.AsSpan((t * FrameStride) + (h * RowStride), RowStride);

    /// <summary>The samples of frame <paramref name="t"/>.</summary>
    public Span<float> Frame(int t) => Buffer.AsSpan(t * FrameStride, FrameStride);

    /// <summary>A copy with its own samples.</summary>
    public Volume Clone()
    {
        var copy = new Volume(Extent, Channels);
        Samples.CopyTo(copy.Samples);
        return copy;
    }
}
