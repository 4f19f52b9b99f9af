using System.Diagnostics;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Runs;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;

namespace Vgpnn.Client.Bench;

/// <summary>Measures the engine on a fixed synthetic case.</summary>
/// <param name="threads">Number of threads, except in the comparison of one and two.</param>
/// <param name="report">Callback with the name of each measurement before it starts.</param>
/// <param name="cancellation">Cancels the measurement.</param>
internal sealed class Benchmark(int threads, Action<string> report, CancellationToken cancellation)
{
    private const int WarmUpHeight = 24;
    private const int WarmUps = 10;
    private const int MostRuns = 3;
    private const int Pairs = 7;
    private static readonly TimeSpan PeakTime = TimeSpan.FromSeconds(0.3);

    /// <summary>A size is measured repeatedly for this time; the best run counts.</summary>
    private static readonly TimeSpan EnoughRuns = TimeSpan.FromSeconds(2);

    /// <summary>Optional sizes that would exceed this total time are skipped.</summary>
    private static readonly TimeSpan SizesTime = TimeSpan.FromSeconds(90);

    /// <summary>Time for the pairs of runs, which use the largest size that fits.</summary>
    private static readonly TimeSpan PairsTime = TimeSpan.FromSeconds(40);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Workers _workers = new(threads, cancellation);

    /// <param name="heights">Sizes to measure.</param>
    /// <param name="optional">Whether sizes except the smallest may be skipped to limit the time.</param>
    /// <param name="exhaustive">Whether to compare with exhaustive search.</param>
    public BenchReport Run(IReadOnlyList<int> heights, bool optional, bool exhaustive)
    {
        report("the distance kernel");
        double peak = DistancePeak.Measure<byte>(BenchLevel.Patch, 3, PeakTime, _workers);
        WarmUp();
        var sizes = new List<SizeResult>();
        var leftOut = new List<int>();
        double secondsPerVoxel = 0;
        foreach (int height in heights.Distinct().Order())
        {
            double start = _clock.Elapsed.TotalSeconds, voxels = BenchLevel.SizeOf(height).Count;
            if (optional && sizes.Count > 0 && start + (secondsPerVoxel * voxels) > SizesTime.TotalSeconds)
            {
                leftOut.Add(height);
                continue;
            }

            sizes.Add(Measure(height, peak));
            secondsPerVoxel = (_clock.Elapsed.TotalSeconds - start) / voxels;
        }

        return new BenchReport
        {
            Version = ProgramName.Version,
            Threads = threads,
            Patch = ManifestMaker.Size(BenchLevel.Patch),
            Iterations = BenchLevel.Iterations,
            PeakEvaluationsPerSecond = peak,
            Sizes = sizes,
            LeftOut = leftOut,
            ScalingExponent = Scaling.Exponent([.. sizes.Select(s => ((double)s.Voxels, s.Seconds.Total))]),
            SecondThread = CompareThreads(sizes),
            Exhaustive = exhaustive ? new ExhaustiveComparison(_workers, report).Run(sizes) : null,
        };
    }

    // The runtime optimizes hot code in the background.
    private void WarmUp()
    {
        var level = new BenchLevel(WarmUpHeight, _workers);
        for (int i = 0; i < WarmUps; i++) level.Run(PatchSearches.Create<byte>(SearchMethod.PatchMatch), _workers);
    }

    private SizeResult Measure(int height, double peak)
    {
        report($"{height}p");
        var level = new BenchLevel(height, _workers);
        double voxels = level.Size.Count;

        // Counting slows a run, and the search is deterministic, so distances are counted in a separate run.
        var counter = new EvaluationCounter();
        level.Run(PatchSearches.Counting<byte>(SearchMethod.PatchMatch, counter), _workers);
        PhaseTimes best = level.Run(PatchSearches.Create<byte>(SearchMethod.PatchMatch), _workers);
        double spent = best.Total;
        for (int run = 1; run < MostRuns && spent < EnoughRuns.TotalSeconds; run++)
        {
            PhaseTimes again = level.Run(PatchSearches.Create<byte>(SearchMethod.PatchMatch), _workers);
            spent += again.Total;
            if (again.Total < best.Total) best = again;
        }

        return new SizeResult
        {
            Size = ManifestMaker.Size(level.Size),
            Voxels = level.Size.Count,
            Seconds = best,
            NanosecondsPerVoxel = best.Times(1e9 / voxels),
            Evaluations = counter.Count,
            EvaluationsPerSecond = counter.Count / best.Search,
            ShareOfPeak = counter.Count / best.Search / peak,
        };
    }

    // Alternating runs expose both to the same background load.
    private ThreadResult CompareThreads(List<SizeResult> sizes)
    {
        double RunsTime(SizeResult size) => Pairs * size.Seconds.Total * Math.Min(threads, Environment.ProcessorCount) * 1.5;
        SizeResult chosen = sizes.LastOrDefault(s => RunsTime(s) < PairsTime.TotalSeconds) ?? sizes[0];
        report($"1 and 2 threads at {chosen.Size.Height}p");
        var level = new BenchLevel(chosen.Size.Height, _workers);
        var runs = new List<(PhaseTimes One, PhaseTimes Two)>();
        IPatchSearch<byte> search = PatchSearches.Create<byte>(SearchMethod.PatchMatch);
        for (int i = 0; i < Pairs; i++)
            runs.Add((level.Run(search, new Workers(1, cancellation)), level.Run(search, new Workers(2, cancellation))));
        double Ratio(Func<PhaseTimes, double> phase) => runs.Select(r => phase(r.One) / phase(r.Two)).Order().ElementAt(Pairs / 2);
        var phases = new PhaseRatios(Ratio(p => p.Resample), Ratio(p => p.Search), Ratio(p => p.Vote));
        return new ThreadResult(chosen.Size, Pairs, phases, Ratio(p => p.Total));
    }
}
