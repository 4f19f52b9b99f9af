using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

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
