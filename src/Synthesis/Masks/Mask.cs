using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Masks;

/// <summary>The voxels of a video to fill.</summary>
internal sealed class Mask
{
    /// <summary>Grey level from which a pixel counts as white.</summary>
    private const int Threshold = 128;

    // Grey levels of a soft edge, which compressed black or white pixels do not reach.
    private const int Black = 40, White = 215;

    private readonly bool[] _voxels;

    private Mask(Extent extent, bool[] voxels) => (Extent, _voxels) = (extent, voxels);

    /// <summary>Frames, rows and columns.</summary>
    public Extent Extent { get; }

    /// <summary>Number of voxels to fill.</summary>
    public long Count => _voxels.LongCount(v => v);

    /// <summary>Reads a mask: white is filled; a single frame applies to all frames.</summary>
    /// <param name="clip">The mask as a video.</param>
    /// <param name="video">The size of the video to fill.</param>
    /// <param name="invert">Whether black is filled instead.</param>
    /// <param name="soft">The share of pixels that are neither black nor white, 0 to 1.</param>
    /// <exception cref="VgpnnException">Kind Input: the sizes differ.</exception>
    public static Mask Of(Clip clip, Extent video, bool invert, out double soft)
    {
        if (clip.Height != video.H || clip.Width != video.W)
        {
            throw new VgpnnException(
                ErrorKind.Input, "mask-size", $"the mask is {clip.Width}×{clip.Height}, but the video is {video.W}×{video.H}",
                "draw the mask on a frame of the video");
        }

        if (clip.Frames.Count != 1 && clip.Frames.Count != video.T)
        {
            throw new VgpnnException(
                ErrorKind.Input, "mask-length", $"the mask has {clip.Frames.Count} frames, but the video has {video.T}",
                "use one picture for all frames, or a video with the same number of frames");
        }

        var voxels = new bool[video.Count];
        int frame = video.H * video.W;
        long grey = 0;
        for (int t = 0; t < clip.Frames.Count; t++)
        {
            byte[] pixels = clip.Frames[t];
            for (int i = 0; i < frame; i++)
            {
                int sum = pixels[3 * i] + pixels[(3 * i) + 1] + pixels[(3 * i) + 2];
                voxels[(t * frame) + i] = sum >= 3 * Threshold != invert;
                if (sum is > 3 * Black and < 3 * White) grey++;
            }
        }

        for (int t = clip.Frames.Count; t < video.T; t++) voxels.AsSpan(0, frame).CopyTo(voxels.AsSpan(t * frame));
        soft = (double)grey / ((long)clip.Frames.Count * frame);
        return new Mask(video, voxels);
    }

    /// <summary>All voxels, frame by frame and row by row.</summary>
    public ReadOnlySpan<bool> Voxels => _voxels;

    /// <summary>The voxels of row <paramref name="h"/> of frame <paramref name="t"/>.</summary>
    public ReadOnlySpan<bool> Row(int t, int h) => _voxels.AsSpan(((t * Extent.H) + h) * Extent.W, Extent.W);

    /// <summary>The mask at a level, which contains every voxel that overlaps a voxel to fill.</summary>
    public Mask AtLevel(Extent size, Scale scale)
    {
        bool[] voxels = Any(_voxels, Extent.T, Extent.H * Extent.W, 1, Ranges(Extent.T, size.T, scale.T));
        voxels = Any(voxels, Extent.H, Extent.W, size.T, Ranges(Extent.H, size.H, scale.H));
        return new Mask(size, Any(voxels, Extent.W, 1, size.T * size.H, Ranges(Extent.W, size.W, scale.W)));
    }

    /// <summary>Whether each patch, in linear order of the patch grid, contains a voxel to fill.</summary>
    public bool[] Touched(Extent patch)
    {
        Extent grid = Extent.PatchGrid(patch);
        bool[] voxels = Any(_voxels, Extent.T, Extent.H * Extent.W, 1, Windows(grid.T, patch.T));
        voxels = Any(voxels, Extent.H, Extent.W, grid.T, Windows(grid.H, patch.H));
        return Any(voxels, Extent.W, 1, grid.T * grid.H, Windows(grid.W, patch.W));
    }

    /// <summary>The smallest box that contains all patches with a voxel to fill. The mask must not be empty.</summary>
    public Box Bounds(Extent patch)
    {
        (int First, int Last) t = (int.MaxValue, 0), h = t, w = t;
        for (int i = 0; i < _voxels.Length; i++)
        {
            if (!_voxels[i]) continue;
            int row = i / Extent.W;
            t = Hold(t, row / Extent.H);
            h = Hold(h, row % Extent.H);
            w = Hold(w, i % Extent.W);
        }

        (int t0, int nt) = Grown(t, patch.T, Extent.T);
        (int h0, int nh) = Grown(h, patch.H, Extent.H);
        (int w0, int nw) = Grown(w, patch.W, Extent.W);
        return new Box(t0, h0, w0, new Extent(nt, nh, nw));

        static (int, int) Hold((int First, int Last) range, int at) => (Math.Min(range.First, at), Math.Max(range.Last, at));

        static (int, int) Grown((int First, int Last) range, int patch, int size)
        {
            int first = Math.Max(0, range.First - patch + 1), end = Math.Min(size, range.Last + patch);
            return (first, end - first);
        }
    }

    // The part of an axis of `from` voxels that a voxel of the resized axis covers: the grids share their centre.
    private static (int First, int End)[] Ranges(int from, int to, double scale) =>
    [
        .. Enumerable.Range(0, to).Select(i =>
        {
            double centre = (i / scale) + ((from - 1) / 2.0) - ((to - 1) / (2 * scale));
            int first = (int)Math.Floor(centre - (0.5 / scale) + 0.5 + 1e-6), end = (int)Math.Ceiling(centre + (0.5 / scale) + 0.5 - 1e-6);
            first = Math.Clamp(first, 0, from - 1);
            return (first, Math.Clamp(end, first + 1, from));
        }),
    ];

    private static (int First, int End)[] Windows(int count, int width) => [.. Enumerable.Range(0, count).Select(i => (i, i + width))];

    // Along one axis: out[o][i][r] is whether any of in[o][first..end][r] is set.
    private static bool[] Any(bool[] voxels, int axis, int inner, int outer, (int First, int End)[] ranges)
    {
        var any = new bool[(long)outer * ranges.Length * inner];
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < ranges.Length; i++)
            {
                Span<bool> to = any.AsSpan(((o * ranges.Length) + i) * inner, inner);
                for (int j = ranges[i].First; j < ranges[i].End; j++)
                {
                    ReadOnlySpan<bool> from = voxels.AsSpan(((o * axis) + j) * inner, inner);
                    for (int k = 0; k < inner; k++) to[k] |= from[k];
                }
            }
        }

        return any;
    }
}
