using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vgpnn.Kernels;

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

/// <summary>
/// A volume of floats or of bytes. RGB as floats is in [−1, 1] up to the overshoot of bicubic resampling; byte b stands
/// for the float b/127.5 − 1.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="byte"/>.</typeparam>
public sealed class Volume<T> : Volume
    where T : unmanaged
{
    /// <summary>Allocates a volume of zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1, or more samples than one array can hold.</exception>
    public Volume(Extent extent, int channels)
        : base(extent, channels)
    {
        // Pinned, so that kernels may keep plain pointers for as long as they hold on to the volume.
        Buffer = GC.AllocateArray<T>(Count + Padding, pinned: true);
    }

    /// <summary>All samples in [T, H, W, C] order.</summary>
    public Span<T> Samples => Buffer.AsSpan(0, Count);

    /// <summary>The samples and their padding.</summary>
    internal T[] Buffer { get; }

    /// <summary>The first sample. Valid while the volume is reachable.</summary>
    internal unsafe T* Pointer => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Buffer));

    /// <summary>The samples of row <paramref name="h"/> of frame <paramref name="t"/>.</summary>
    public Span<T> Row(int t, int h) => Buffer.AsSpan((t * FrameStride) + (h * RowStride), RowStride);

    /// <summary>The samples of frame <paramref name="t"/>.</summary>
    public Span<T> Frame(int t) => Buffer.AsSpan(t * FrameStride, FrameStride);

    /// <summary>A copy with its own samples.</summary>
    public Volume<T> Clone()
    {
        var copy = new Volume<T>(Extent, Channels);
        Samples.CopyTo(copy.Samples);
        return copy;
    }
}
