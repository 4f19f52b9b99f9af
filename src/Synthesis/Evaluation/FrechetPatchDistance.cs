using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// How similar the distributions of a sample's and its input's patches are: a Gaussian is fitted to the patches of 3×5×5 RGB voxels of each
/// (225 components, grey levels of 0 to 255; a fixed selection of at most 30,000), and
/// <code>FPD = mean over 225 directions of the whitened Fréchet distance (<see cref="Gaussian.WhitenedFrechetDistance"/>)</code>
/// in coordinates in which the input's patches have mean 0 and covariance 1, after 2² grey levels were added to all variances, about the change by
/// compression. It uses no learned features: it is not SVFID, and its values cannot be compared with published ones.
/// </summary>
internal sealed class FrechetPatchDistance
{
    private const int Selected = 30_000;
    private const double Noise = 4;

    private static readonly Extent Patch = new(3, 5, 5);

    private readonly Gaussian _input;

    public FrechetPatchDistance(Volume<byte> input, Workers workers) => _input = Fit(input, workers);

    /// <returns>0 or more; 0 for the input itself.</returns>
    public double Measure(Volume<byte> sample, Workers workers) => Gaussian.WhitenedFrechetDistance(_input, Fit(sample, workers), Noise);

    private static Gaussian Fit(Volume<byte> video, Workers workers)
    {
        Extent grid = video.Extent.PatchGrid(Patch);
        int run = Patch.W * video.Channels, length = Patch.T * Patch.H * run;
        int[] selected = PatchScores.Select(grid, Selected);
        var patches = new float[selected.Length * length];
        workers.For(selected.Length, i =>
        {
            (int t, int h, int w) = (selected[i] / grid.W / grid.H, selected[i] / grid.W % grid.H, selected[i] % grid.W);
            Span<float> patch = patches.AsSpan(i * length, length);
            for (int row = 0; row < Patch.T * Patch.H; row++)
            {
                ReadOnlySpan<byte> source = video.Row(t + (row / Patch.H), h + (row % Patch.H)).Slice(w * video.Channels, run);
                for (int j = 0; j < run; j++) patch[(row * run) + j] = source[j];
            }
        });
        var moments = new Moments(length);
        moments.Add(patches, length, workers);
        return moments.Fit();
    }
}
