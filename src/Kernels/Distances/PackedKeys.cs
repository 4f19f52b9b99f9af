using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>
/// Keys in the layout of the distance kernel: packed, as signed bytes k − 128, with Σk² of each patch. A position is a patch's first pixel;
/// positions whose patch would cross the border have the sum −1.
/// </summary>
internal sealed unsafe class PackedKeys
{
    /// <summary>Sum at positions where no patch begins.</summary>
    public const int NoKey = -1;

    private const int BandRows = 48;

    private readonly Volume<byte> _bytes;
    private readonly int[] _sums;

    /// <summary>Packs all keys of a T×H×W×C volume.</summary>
    public PackedKeys(Volume<byte> keys, Extent patch, Workers workers)
    {
        Extent size = keys.Extent, grid = size.PatchGrid(patch);
        Layout = PatchLayout.Of(size, keys.Channels, patch);
        int together = Layout.Pixel / keys.Channels;
        Extent packed = size with { T = size.T - together + 1 };
        _bytes = new Volume<byte>(packed, Layout.Pixel);
        _sums = GC.AllocateUninitializedArray<int>((int)size.Count, pinned: true);
        int bands = (size.H + BandRows - 1) / BandRows;
        workers.For(size.T * bands, piece =>
        {
            int t = piece / bands, top = piece % bands * BandRows, bottom = Math.Min(top + BandRows, size.H);
            if (t < packed.T) PatchLayout.Pack(keys, together, t, top, bottom, 0x80, (byte*)Bytes + (t * FrameStride) + (top * RowStride));
            new Span<int>(Sums + (((t * size.H) + top) * size.W), (bottom - top) * size.W).Fill(NoKey);
            bottom = Math.Min(bottom, grid.H);
            if (t < grid.T && top < bottom) PatchSums.Rows(keys, patch, PatchSums.Key, t, top, bottom, Sums + (((t * size.H) + top) * size.W), size.W);
        });
    }

    /// <summary>Layout of a patch in <see cref="Bytes"/>.</summary>
    public PatchLayout Layout { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public nint RowStride => _bytes.RowStride;

    /// <summary>Bytes from one frame to the next.</summary>
    public nint FrameStride => _bytes.FrameStride;

    /// <summary>Pointer to the first byte of the first pixel.</summary>
    public sbyte* Bytes => (sbyte*)_bytes.Pointer;

    /// <summary>Σk² by position, or <see cref="NoKey"/>.</summary>
    public int* Sums => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_sums));

    /// <summary>Memory of packed keys, in bytes.</summary>
    public static long WorkingBytes(Extent keys, int channels, Extent patch)
    {
        PatchLayout layout = PatchLayout.Of(keys, channels, patch);
        return Volume.Bytes<byte>(keys, layout.Pixel) + (keys.Count * sizeof(int));
    }
}
