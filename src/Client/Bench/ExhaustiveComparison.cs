using Vgpnn.Client.Runs;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Client.Bench;

/// <summary>
/// The paper's figure 6: time over resolution of PatchMatch and of exhaustive search, which is quadratic. Where that would
/// take too long, its time is extrapolated by its number of distances from the largest size that was measured.
/// </summary>
internal sealed class ExhaustiveComparison(Workers workers, Action<string> tell)
{
    /// <summary>The longest run that is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Added to the sizes that are measured anyway.
    private static readonly int[] SmallHeights = [18, 27, 36, 54, 72, 108];

    /// <param name="measured">PatchMatch at the sizes of the benchmark, smallest first.</param>
    public IReadOnlyList<ComparisonPoint> Run(IReadOnlyList<SizeResult> measured)
    {
        var points = new List<ComparisonPoint>();
        (double Seconds, double Evaluations) last = default;
        foreach (int height in SmallHeights.Concat(measured.Select(s => s.Size.Height)).Distinct().Order())
        {
            Extent size = BenchLevel.SizeOf(height);
            double evaluations = BenchLevel.Evaluations(SearchMethod.Exhaustive, size);
            double expected = last.Evaluations > 0 ? last.Seconds * evaluations / last.Evaluations : 0;
            bool extrapolated = expected > Patience.TotalSeconds;
            double? known = measured.FirstOrDefault(s => s.Size.Height == height)?.Seconds.Total;
            BenchLevel? level = extrapolated && known is not null ? null : new BenchLevel(height, workers);
            double patchMatch = known ?? Measure(level!, SearchMethod.PatchMatch);

            // The first run of all compiles.
            if (last.Evaluations == 0) Measure(level!, SearchMethod.Exhaustive);
            if (!extrapolated) last = (Measure(level!, SearchMethod.Exhaustive), evaluations);
            double exhaustive = extrapolated ? expected : last.Seconds;
            points.Add(new ComparisonPoint(ManifestMaker.Size(size), size.Count, patchMatch, exhaustive, extrapolated));
        }

        return points;
    }

    private double Measure(BenchLevel level, SearchMethod method)
    {
        tell($"{CommandLine.Names.Of(method)} search at {level.Size.H}p");
        return level.Run(PatchSearches.Create<byte>(method), workers).Total;
    }
}
