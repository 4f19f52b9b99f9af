using System.Runtime.CompilerServices;
using ILGPU;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>Arguments for copying frames between volumes or fields. A frame is a run of 32-bit words.</summary>
internal struct FrameArguments
{
    /// <summary>Source frames.</summary>
    public ArrayView<uint> From;

    /// <summary>Target frames.</summary>
    public ArrayView<uint> To;

    /// <summary>Words per frame.</summary>
    public int Words;

    /// <summary>Frames per sample of the source; indices beyond either end wrap around.</summary>
    public int FromFrames;

    /// <summary>Frames per sample of the target.</summary>
    public int ToFrames;

    /// <summary>First frame to read; may be negative.</summary>
    public int FromFirst;

    /// <summary>First frame to write.</summary>
    public int ToFirst;

    /// <summary>Number of frames to copy per sample.</summary>
    public int Frames;

    /// <summary>Total number of words.</summary>
    public int Count;
}

/// <summary>Arguments for copying a box within volumes.</summary>
internal struct BoxArguments
{
    /// <summary>Volumes of the whole size.</summary>
    public ArrayView<uint> Whole;

    /// <summary>Volumes of the box's size.</summary>
    public ArrayView<uint> Box;

    /// <summary>Known values of the whole volume, shared by all samples.</summary>
    public ArrayView<uint> Known;

    /// <summary>A fourth channel, shared by all samples.</summary>
    public ArrayView<uint> Fourth;

    /// <summary>Whether each voxel of the box takes the box's value.</summary>
    public ArrayView<byte> Mask;

    /// <summary>Size of the whole volume.</summary>
    public Size WholeSize;

    /// <summary>Size of the box.</summary>
    public Size BoxSize;

    /// <summary>First frame, row and column of the box.</summary>
    public int T, H, W;

    /// <summary>Total number of voxels.</summary>
    public int Count;
}

/// <summary>Arguments for comparing queries with those of the last search.</summary>
internal struct CompareArguments
{
    /// <summary>Q of each sample.</summary>
    public ArrayView<uint> Now;

    /// <summary>Q at the last search.</summary>
    public ArrayView<uint> Before;

    /// <summary>Receives whether each block of patches is unchanged.</summary>
    public ArrayView<byte> Unchanged;

    /// <summary>Size of Q.</summary>
    public Size Size;

    /// <summary>Total number of blocks.</summary>
    public int Count;
}

/// <summary>Arguments for resizing a field.</summary>
internal struct FieldResizeArguments
{
    /// <summary>Positions of the coarser level.</summary>
    public ArrayView<uint> From;

    /// <summary>Positions of the finer level.</summary>
    public ArrayView<uint> To;

    /// <summary>Nearest frame, row and column of the coarser grid for each one of the finer grid, one axis after the other.</summary>
    public ArrayView<int> Nearest;

    /// <summary>Offset of the keys from the match of the nearest patch for each of them, in fractions of a voxel (<see cref="ShapingKernels.FieldBits"/>).</summary>
    public ArrayView<int> Beyond;

    /// <summary>Query grids.</summary>
    public Size FromGrid, ToGrid;

    /// <summary>Sizes of the keys.</summary>
    public Size FromKeys, ToKeys;

    /// <summary>Key grid of the finer level.</summary>
    public Size ToKeyGrid;

    /// <summary>Ratio of the key grids of the finer and the coarser level, in fractions of a voxel.</summary>
    public int ScaleT, ScaleH, ScaleW;

    /// <summary>Total number of patches.</summary>
    public int Count;
}

/// <summary>Copies and converts volumes and fields for loops, inpainting, analogies and finer levels.</summary>
internal static class ShapingKernels
{
    /// <summary>Fraction bits for resizing fields.</summary>
    public const int FieldBits = 16;

    /// <summary>Columns of a block of patches that is skipped as a whole. Independent of the group shape, which must not affect results.</summary>
    public const int BlockW = 8;

    /// <summary>Rows of such a block.</summary>
    public const int BlockH = 4;

    /// <summary>Records for each block whether all voxels of its patches are those of the last search.</summary>
    public static void Compare<TPatch>(CompareArguments a)
        where TPatch : struct, IPatch
    {
        int i = ResampleKernels.First();
        if (i >= a.Count) return;
        int frames = a.Size.T - TPatch.T + 1;
        int rows = (a.Size.H - TPatch.H + BlockH) / BlockH, columns = (a.Size.W - TPatch.W + BlockW) / BlockW;
        int row = i / columns, frame = row / rows, sample = frame / frames;
        int h0 = (row - (frame * rows)) * BlockH, w0 = (i - (row * columns)) * BlockW, t0 = frame - (sample * frames);
        int h1 = Math.Min(h0 + BlockH + TPatch.H - 1, a.Size.H), w1 = Math.Min(w0 + BlockW + TPatch.W - 1, a.Size.W);
        byte same = 1;
        for (int t = t0; t < t0 + TPatch.T; t++)
        {
            for (int h = h0; h < h1; h++)
            {
                long at = (sample * a.Size.Next) + Voxel(t, h, 0, a.Size);
                for (int w = w0; w < w1; w++)
                    if (a.Now[at + w] != a.Before[at + w]) same = 0;
            }
        }

        a.Unchanged[i] = same;
    }

    /// <summary>Copies frames, wrapping around at both ends.</summary>
    public static void Frames(FrameArguments a)
    {
        int i = ResampleKernels.First();
        if (i >= a.Count) return;
        int row = i / a.Words, word = i - (row * a.Words), sample = row / a.Frames, t = row - (sample * a.Frames);
        int from = (a.FromFirst + t) % a.FromFrames;
        if (from < 0) from += a.FromFrames;
        a.To[((((long)sample * a.ToFrames) + a.ToFirst + t) * a.Words) + word] = a.From[((((long)sample * a.FromFrames) + from) * a.Words) + word];
    }

    /// <summary>Copies a box of every sample.</summary>
    public static void Part(BoxArguments a)
    {
        int i = ResampleKernels.First();
        if (i >= a.Count) return;
        Split(i, a.BoxSize, out int sample, out int t, out int h, out int w);
        a.Box[i] = a.Whole[(sample * a.WholeSize.Next) + Voxel(t + a.T, h + a.H, w + a.W, a.WholeSize)];
    }

    /// <summary>Writes the box's value where the mask is set, and the known value elsewhere.</summary>
    public static void Merge(BoxArguments a)
    {
        int i = ResampleKernels.First();
        if (i >= a.Count) return;
        Split(i, a.WholeSize, out int sample, out int t, out int h, out int w);
        uint value = a.Known[Voxel(t, h, w, a.WholeSize)];
        t -= a.T;
        h -= a.H;
        w -= a.W;
        if ((uint)t < (uint)a.BoxSize.T && (uint)h < (uint)a.BoxSize.H && (uint)w < (uint)a.BoxSize.W)
        {
            int voxel = Voxel(t, h, w, a.BoxSize);
            if (a.Mask[voxel] != 0) value = a.Box[(sample * a.BoxSize.Next) + voxel];
        }

        a.Whole[i] = value;
    }

    /// <summary>Adds a fourth channel to volumes of three channels.</summary>
    public static void Join(BoxArguments a)
    {
        int i = ResampleKernels.First();
        if (i >= a.Count) return;
        int voxel = i % (a.WholeSize.T * a.WholeSize.H * a.WholeSize.W);
        a.Box[i] = (a.Whole[i] & 0xFFFFFF) | (a.Fourth[voxel] << 24);
    }

    /// <summary>Assigns to each patch the match of the nearest patch in the coarser field, shifted by the offset between the two.</summary>
    public static void ResizeField(FieldResizeArguments a)
    {
        int i = ResampleKernels.First();
        if (i >= a.Count) return;
        Split(i, a.ToGrid, out int sample, out int t, out int h, out int w);
        int rows = a.ToGrid.T, columns = a.ToGrid.T + a.ToGrid.H;
        uint match = a.From[(sample * a.FromGrid.Next) + Voxel(a.Nearest[t], a.Nearest[rows + h], a.Nearest[columns + w], a.FromGrid)];
        SearchKernels.Split(match, a.FromKeys, out int kt, out int kh, out int kw);
        kt = Key(kt, a.ScaleT, a.Beyond[t], a.ToKeyGrid.T);
        kh = Key(kh, a.ScaleH, a.Beyond[rows + h], a.ToKeyGrid.H);
        kw = Key(kw, a.ScaleW, a.Beyond[columns + w], a.ToKeyGrid.W);
        a.To[i] = (uint)Voxel(kt, kh, kw, a.ToKeys);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Key(int before, int scale, int beyond, int count)
    {
        long key = (((long)before * scale) + beyond + (1 << (FieldBits - 1))) >> FieldBits;
        return (int)Math.Min(Math.Max(key, 0), count - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Voxel(int t, int h, int w, Size size) => (((t * size.H) + h) * size.W) + w;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split(int i, Size size, out int sample, out int t, out int h, out int w)
    {
        int row = i / size.W, frame = row / size.H;
        sample = frame / size.T;
        w = i - (row * size.W);
        h = row - (frame * size.H);
        t = frame - (sample * size.T);
    }
}
