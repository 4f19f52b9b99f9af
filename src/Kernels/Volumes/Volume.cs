using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vgpnn.Kernels.Volumes;

/// <summary>
/// Components of a video or of one pyramid level, stored as T×H×W×C: the channels of a voxel are adjacent, so each row of a patch is
/// one contiguous run of W·C components for any number of channels.
/// </summary>
public abstract class Volume
{
    /// <summary>Readable components after the last one, with undefined values: kernels load whole vectors.</summary>
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

    /// <summary>Maximum number of components in one volume.</summary>
    public static long MaxSamples => Array.MaxLength - Padding;

    /// <summary>Memory of a volume of this size, in bytes.</summary>
    public static long Bytes<T>(Extent extent, int channels)
        where T : unmanaged => ((extent.Count * channels) + Padding) * Unsafe.SizeOf<T>();

    /// <summary>Size in frames, rows and columns.</summary>
    public Extent Extent { get; }

    /// <summary>Components per voxel.</summary>
    public int Channels { get; }

    /// <summary>Number of components: T·H·W·C.</summary>
    public int Count => Extent.T * FrameStride;

    /// <summary>Components from one row to the next.</summary>
    public int RowStride => Extent.W * Channels;

    /// <summary>Components from one frame to the next.</summary>
    public int FrameStride => Extent.H * RowStride;
}
