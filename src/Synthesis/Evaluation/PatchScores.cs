using Vgpnn.Kernels.Indexing;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// Coherence, completeness and matched sharpness of patches of 3×7×7 RGB voxels, over a fixed selection of 1,500 to 6,000 patches, fewer for larger videos.
/// For patches P of video A and their exact nearest patches N(P) of video B, with components in [−1, 1]:
/// <code>d(A, B) = mean over P of Σ (P − N(P))²</code>
/// <para>
/// Coherence is d(sample, input): does everything in the sample come from the input? Completeness is d(input, sample): does everything in the input appear
/// in the sample? (Simakov, Caspi, Shechtman and Irani, "Summarizing visual data using bidirectional similarity", 2008.) Matched sharpness is the mean
/// gradient of the sample's patches divided by that of their matches; compared with the whole input, a change of content would look like blur.
/// </para>
/// </summary>
internal sealed record PatchScores(double Coherence, double? Completeness, double? Sharpness)
{
    /// <summary>The size of the patches compared.</summary>
    public static readonly Extent Patch = new(3, 7, 7);

    // A few patches with large distances dominate the mean: with 1,500 it varies by 4 to 6 per cent, with 6,000 half as much. Each patch costs as many
    // distances as there are keys.
    private const int Fewest = 1500;
    private const int Most = 6000;
    private const long Distances = 2_400_000_000;

    // Converts distances of bytes to distances in [−1, 1].
    private const double Unit = 1 / (127.5 * 127.5);

    /// <param name="input">The input of the sample.</param>
    /// <param name="excluded">Patches of the input that could not be used; <c>null</c> for none.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="judged">Patches of the sample to compare, without completeness; <c>null</c> for all.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public static PatchScores Measure(EvaluatedVideo input, bool[]? excluded, EvaluatedVideo sample, bool[]? judged, Workers workers)
    {
        Extent keys = input.Rgb.Extent.PatchGrid(Patch), queries = sample.Rgb.Extent.PatchGrid(Patch);
        int[] ofSample = Select(queries, Selected(keys), judged, true);
        NearestPatch[] matches = ExactNearestPatches.Exact(sample.Rgb, input.Rgb, Patch, ofSample, workers, excluded);
        double? completeness = null;
        if (judged is null)
        {
            int[] ofInput = Select(keys, Selected(queries), excluded, false);
            completeness = ExactNearestPatches.Exact(input.Rgb, sample.Rgb, Patch, ofInput, workers).Average(m => (double)m.Distance) * Unit;
        }

        double own = ofSample.Average(p => PatchGradient.Mean(sample.Grey, Patch, p));
        double matched = matches.Average(m => PatchGradient.Mean(input.Grey, Patch, m.Key));
        return new PatchScores(
            matches.Average(m => (double)m.Distance) * Unit,
            completeness,
            matched > 0 ? own / matched : null);
    }

    private static int Selected(Extent keys) => (int)Math.Clamp(Distances / keys.Count, Fewest, Most);

    // A selection among the marked patches only.
    private static int[] Select(Extent grid, int most, bool[]? marks, bool wanted)
    {
        if (marks is null) return Select(grid, most);
        int[] among = [.. Enumerable.Range(0, marks.Length).Where(i => marks[i] == wanted)];
        return [.. Select(new Extent(1, 1, among.Length), most).Select(i => among[i])];
    }

    /// <summary>One patch of each of many equal intervals of the grid, the same ones for every video of that size.</summary>
    internal static int[] Select(Extent grid, int most)
    {
        long count = Math.Min(most, grid.Count);
        return
        [
            .. Enumerable.Range(0, (int)count).Select(i =>
            {
                long first = i * grid.Count / count, end = (i + 1) * grid.Count / count;
                return (int)(first + (long)(Hash.Derive(0, (ulong)i) % (ulong)(end - first)));
            }),
        ];
    }
}
