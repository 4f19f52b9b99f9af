using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>
/// Byte layout for patches of one size: a patch is <see cref="Frames"/>·<see cref="Rows"/> runs of <see cref="Run"/> bytes.
/// <para>
/// Short runs waste vector lanes and cache lines: 7 columns of RGB are 21 bytes. Volumes are therefore packed: the T·C bytes that a patch
/// needs at one pixel position, from all its frames, are adjacent, and a 3×7×7 patch of RGB becomes 7 runs of 63 bytes. Patches of many
/// frames in large volumes, for which packing takes too much memory, stay unpacked: T·H runs of W·C bytes.
/// </para>
/// </summary>
internal readonly record struct PatchLayout(int Frames, int Rows, int Run, int Pixel)
{
    // Volumes are packed if a pixel takes at most this many bytes, or the whole at most the limit below.
    private const int SmallPixel = 16;
    private const long PackLimit = 64L << 20;

    /// <summary>Returns the layout for patches in keys of this size.</summary>
    public static PatchLayout Of(Extent keys, int channels, Extent patch)
    {
        int pixel = patch.T * channels;
        return pixel <= SmallPixel || keys.Count * pixel <= PackLimit
            ? new PatchLayout(1, patch.H, patch.W * pixel, pixel)
            : new PatchLayout(patch.T, patch.H, patch.W * channels, channels);
    }

    /// <summary>
    /// Packs rows <paramref name="top"/> to <paramref name="bottom"/> − 1 of frame <paramref name="t"/> and of the following frames that share a
    /// pixel, XORing each byte with <paramref name="flip"/>.
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
            // Stores four bytes at once; the fourth is overwritten by the next pixel, so the loop below handles the last one.
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
