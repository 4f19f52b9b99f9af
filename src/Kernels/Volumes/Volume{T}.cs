using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vgpnn.Kernels.Volumes;

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
