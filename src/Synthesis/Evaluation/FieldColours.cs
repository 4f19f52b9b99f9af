using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// Source map: shows where in the input each patch of a sample came from. Red is the column of its nearest patch in the input, green the row, blue the
/// frame, each from dark to light. A region copied in one piece is one gradient; seams show as edges.
/// </summary>
public static class FieldColours
{
    private static readonly Extent Patch = new(3, 5, 5);

    /// <summary>Computes the source map, a clip of the sample's size.</summary>
    /// <param name="input">The input of the sample.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <exception cref="VgpnnException">Kind Input: one of the clips is smaller than a patch.</exception>
    public static Clip Of(Clip input, Clip sample, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(sample);
        if (!input.Extent.Holds(Patch) || !sample.Extent.Holds(Patch))
            throw new VgpnnException(ErrorKind.Input, "clip-too-small", $"a source map needs clips of at least {Patch} (frames × rows × columns)");
        var field = new NearestNeighbourField(sample.Extent, input.Extent, Patch);
        var task = new SearchTask<byte> { Query = sample.ToBytes(), Keys = input.ToBytes(), Patch = Patch, Field = field };
        PatchSearches.Create<byte>(SearchMethod.PatchMatch).Search(task, workers);
        (Extent grid, Extent keys, Extent size) = (field.QueryGrid, field.KeyGrid, sample.Extent);
        var frames = new byte[size.T][];
        for (int t = 0; t < size.T; t++)
        {
            byte[] frame = frames[t] = new byte[3 * size.H * size.W];
            for (int h = 0; h < size.H; h++)
            {
                for (int w = 0; w < size.W; w++)
                {
                    (int kt, int kh, int kw) = field.Match((((Inside(t, Patch.T, grid.T) * grid.H) + Inside(h, Patch.H, grid.H)) * grid.W) + Inside(w, Patch.W, grid.W));
                    int at = 3 * ((h * size.W) + w);
                    frame[at] = Shade(kw, keys.W);
                    frame[at + 1] = Shade(kh, keys.H);
                    frame[at + 2] = Shade(kt, keys.T);
                }
            }
        }

        return new Clip(frames, sample.Width, sample.Height, sample.FrameRate);
    }

    // The patch whose centre is nearest to a voxel.
    private static int Inside(int voxel, int patch, int grid) => Math.Clamp(voxel - (patch / 2), 0, grid - 1);

    private static byte Shade(int place, int places) => (byte)(32 + (223 * place / Math.Max(1, places - 1)));
}
