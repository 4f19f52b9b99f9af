using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vgpnn.Kernels;

/// <summary>
/// How bytes are laid out for patches of a size: a patch is <see cref="Frames"/>·<see cref="Rows"/> runs of <see cref="Run"/> bytes.
/// <para>
/// Short runs waste vector lanes and cache lines: 7 columns of RGB are 21 bytes. So volumes are packed: the T·C bytes that
/// a patch needs of one pixel position, all its frames', lie side by side, and a 3×7×7 patch of RGB becomes 7 runs of
/// 63 bytes. Only patches of many frames in large volumes, for which that takes too much memory, are not packed: T·H runs of W·C bytes.
/// </para>
/// </summary>
internal readonly record struct PatchLayout(int Frames, int Rows, int Run, int Pixel)
{
    // Always packed up to this many bytes a pixel, above it up to this many bytes in all.
    private const int SmallPixel = 16;
    private const long PackLimit = 64L << 20;

    /// <summary>The layout for patches of keys of this size.</summary>
    public static PatchLayout Of(Extent keys, int channels, Extent patch)
    {
        int pixel = patch.T * channels;
        return pixel <= SmallPixel || keys.Count * pixel <= PackLimit
            ? new PatchLayout(1, patch.H, patch.W * pixel, pixel)
            : new PatchLayout(patch.T, patch.H, patch.W * channels, channels);
    }

    /// <summary>
    /// Packs rows <paramref name="top"/> to <paramref name="bottom"/> − 1 of frame <paramref name="t"/> and of as many that follow as
    /// share a pixel, each byte XORed with <paramref name="flip"/>.
    /// </summary>
    [MethodImpl(Jit.Hot)]
    public static unsafe void Pack(Volume<byte> volume, int frames, int t, int top, int bottom, byte flip, byte* target)
    {
        int channels = volume.Channels;
        nint frame = volume.FrameStride;
        byte* source = volume.Pointer + (t * frame) + (top * volume.RowStride);
        nint pixels = (nint)(bottom - top) * volume.Extent.W;
        if (channels == 3 && frames == 3)
        {
            // Four bytes at once: the fourth is overwritten by what comes next, so the last pixel is left to the loop below.
            uint mask = flip * 0x01010101u;
            for (; pixels > 1; pixels--, source += 3, target += 9)
            {
                Unsafe.WriteUnaligned(target, Unsafe.ReadUnaligned<uint>(source) ^ mask);
                Unsafe.WriteUnaligned(target + 3, Unsafe.ReadUnaligned<uint>(source + frame) ^ mask);
                Unsafe.WriteUnaligned(target + 6, Unsafe.ReadUnaligned<uint>(source + (2 * frame)) ^ mask);
            }
        }

        for (; pixels > 0; pixels--, source += channels)
            for (int f = 0; f < frames; f++)
                for (int c = 0; c < channels; c++) *target++ = (byte)(source[(f * frame) + c] ^ flip);
    }
}

/// <summary>
/// The keys of a search as the distance kernel wants them: packed, as signed bytes k − 128, and with every patch's Σk².
/// A place is a patch's first pixel; places whose patch would cross the border have a sum of −1.
/// </summary>
internal sealed unsafe class PackedKeys
{
    /// <summary>Instead of a sum: no patch begins here.</summary>
    public const int NoKey = -1;

    private const int BandRows = 48;

    private readonly Volume<byte> _bytes;
    private readonly int[] _sums;

    /// <summary>Packs all keys.</summary>
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

    /// <summary>How a patch lies in <see cref="Bytes"/>.</summary>
    public PatchLayout Layout { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public nint RowStride => _bytes.RowStride;

    /// <summary>Bytes from one frame to the next.</summary>
    public nint FrameStride => _bytes.FrameStride;

    /// <summary>The first pixel's first byte.</summary>
    public sbyte* Bytes => (sbyte*)_bytes.Pointer;

    /// <summary>Σk² by place, or <see cref="NoKey"/>.</summary>
    public int* Sums => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_sums));

    /// <summary>Bytes that packed keys take.</summary>
    public static long WorkingBytes(Extent keys, int channels, Extent patch)
    {
        PatchLayout layout = PatchLayout.Of(keys, channels, patch);
        return Volume.Bytes<byte>(keys, layout.Pixel) + (keys.Count * sizeof(int));
    }
}
