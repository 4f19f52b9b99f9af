using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vgpnn.Kernels.Volumes;

/// <summary>
/// Samples of a video or of one pyramid level, in the order [T, H, W, C]: the channels of a voxel lie side by side, so that
/// one row of a patch is one contiguous run of W·C samples whatever the number of channels.
/// </summary>
public abstract class Volume
{
    /// <summary>Samples that may be read, but mean nothing, beyond the last one: kernels load whole vectors.</summary>
    internal const int Padding = 64;

    private protected Volume(Extent extent, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(extent.T, 1, nameof(extent));
        ArgumentOutOfRangeException.ThrowIfLessThan(extent.H, 1, nameof(extent));
        ArgumentOutOfRangeException.ThrowIfLessThan(extent.W, 1, nameof(extent));
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(extent.Count * channels, MaxSamples, nameof(extent));
        Extent = extent;
        Channels = channels;
    }

    /// <summary>The most samples that one volume can hold.</summary>
    public static long MaxSamples => Array.MaxLength - Padding;

    /// <summary>Bytes that a volume of this size takes.</summary>
    public static long Bytes<T>(Extent extent, int channels)
        where T : unmanaged => ((extent.Count * channels) + Padding) * Unsafe.SizeOf<T>();

    /// <summary>Frames, rows and columns.</summary>
    public Extent Extent { get; }

    /// <summary>Samples per voxel.</summary>
    public int Channels { get; }

    /// <summary>Number of samples: T·H·W·C.</summary>
    public int Count => Extent.T * FrameStride;

    /// <summary>Samples from one row to the next.</summary>
    public int RowStride => Extent.W * Channels;

    /// <summary>Samples from one frame to the next.</summary>
    public int FrameStride => Extent.H * RowStride;
}
