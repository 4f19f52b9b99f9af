using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vgpnn.Kernels.Volumes;

/// <summary>
/// A T×H×W×C volume of floats or bytes. RGB floats are in [−1, 1], except for the overshoot of bicubic resampling; byte b represents
/// the float b/127.5 − 1.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="byte"/>.</typeparam>
public sealed class Volume<T> : Volume
    where T : unmanaged
{
    /// <summary>Allocates a zero-filled volume.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the volume has more components than an array can hold.</exception>
    public Volume(Extent extent, int channels)
        : base(extent, channels)
    {
        // Pinned, so that kernels can use raw pointers while they hold a reference to the volume.
        Buffer = GC.AllocateArray<T>(Count + Padding, pinned: true);
    }

    /// <summary>All components, in T×H×W×C order.</summary>
    public Span<T> Samples => Buffer.AsSpan(0, Count);

    /// <summary>The components and their padding.</summary>
    internal T[] Buffer { get; }

    /// <summary>Pointer to the first component, valid while the volume is reachable.</summary>
    internal unsafe T* Pointer => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Buffer));

    /// <summary>The components of row <paramref name="h"/> of frame <paramref name="t"/>.</summary>
    public Span<T> Row(int t, int h) => Buffer.AsSpan((t * FrameStride) + (h * RowStride), RowStride);

    /// <summary>The components of frame <paramref name="t"/>.</summary>
    public Span<T> Frame(int t) => Buffer.AsSpan(t * FrameStride, FrameStride);

    /// <summary>Returns a deep copy.</summary>
    public Volume<T> Clone()
    {
        var copy = new Volume<T>(Extent, Channels);
        Samples.CopyTo(copy.Samples);
        return copy;
    }
}
