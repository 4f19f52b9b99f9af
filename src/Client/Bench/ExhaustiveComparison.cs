using Vgpnn.Client.Runs;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Client.Bench;

/// <summary>
/// The paper's figure 6: time of PatchMatch and of exhaustive search, which is quadratic, by resolution. Long times of exhaustive
/// search are extrapolated from the largest measured size by the number of distances.
/// </summary>
internal sealed class ExhaustiveComparison(Workers workers, Action<string> report)
{
    /// <summary>Exhaustive runs expected to take longer are extrapolated.</summary>
    private static readonly TimeSpan MaxRunTime = TimeSpan.FromSeconds(10);

    // Measured in addition to the sizes of the benchmark.
    private static readonly int[] SmallHeights = [18, 27, 36, 54, 72, 108];

    /// <param name="measured">Results of PatchMatch at the sizes of the benchmark, in ascending order.</param>
    public IReadOnlyList<ComparisonPoint> Run(IReadOnlyList<SizeResult> measured)
    {
        var points = new List<ComparisonPoint>();
        (double Seconds, double Evaluations) last = default;
        foreach (int height in SmallHeights.Concat(measured.Select(s => s.Size.Height)).Distinct().Order())
        {
            Extent size = BenchLevel.SizeOf(height);
            double evaluations = BenchLevel.Evaluations(SearchMethod.Exhaustive, size);
            double expected = last.Evaluations > 0 ? last.Seconds * evaluations / last.Evaluations : 0;
            bool extrapolated = expected > MaxRunTime.TotalSeconds;
            double? known = measured.FirstOrDefault(s => s.Size.Height == height)?.Seconds.Total;
            BenchLevel? level = extrapolated && known is not null ? null : new BenchLevel(height, workers);
            double patchMatch = known ?? Measure(level!, SearchMethod.PatchMatch);

            // The first run includes compilation.
            if (last.Evaluations == 0) Measure(level!, SearchMethod.Exhaustive);
            if (!extrapolated) last = (Measure(level!, SearchMethod.Exhaustive), evaluations);
            double exhaustive = extrapolated ? expected : last.Seconds;
            points.Add(new ComparisonPoint(ManifestMaker.Size(size), size.Count, patchMatch, exhaustive, extrapolated));
        }

        return points;
    }

    private double Measure(BenchLevel level, SearchMethod method)
    {
        report($"{CommandLine.Names.Of(method)} search at {level.Size.H}p");
        return level.Run(PatchSearches.Create<byte>(method), workers).Total;
    }
}
