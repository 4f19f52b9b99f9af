using System.Diagnostics;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Runs;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;

namespace Vgpnn.Client.Bench;

/// <summary>Measures the engine on a fixed synthetic case.</summary>
/// <param name="threads">Threads of all measurements but that of the second thread.</param>
/// <param name="tell">Told what is being measured.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class Benchmark(int threads, Action<string> tell, CancellationToken cancellation)
{
    private const int WarmUpHeight = 24;
    private const int WarmUps = 10;
    private const int MostRuns = 3;
    private const int Pairs = 7;
    private static readonly TimeSpan PeakTime = TimeSpan.FromSeconds(0.3);

    /// <summary>A size is measured again, and the best run taken, while it has taken less than this.</summary>
    private static readonly TimeSpan EnoughRuns = TimeSpan.FromSeconds(2);

    /// <summary>Optional sizes that would end later than this are left out.</summary>
    private static readonly TimeSpan SizesTime = TimeSpan.FromSeconds(90);

    /// <summary>The pairs of runs are made at the largest size at which they end in about this time.</summary>
    private static readonly TimeSpan PairsTime = TimeSpan.FromSeconds(40);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Workers _workers = new(threads, cancellation);

    /// <param name="heights">Sizes to measure.</param>
    /// <param name="optional">Whether sizes but the smallest may be left out to end in time.</param>
    /// <param name="exhaustive">Whether to compare with exhaustive search.</param>
    public BenchReport Run(IReadOnlyList<int> heights, bool optional, bool exhaustive)
    {
        tell("the distance kernel");
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
            Exhaustive = exhaustive ? new ExhaustiveComparison(_workers, tell).Run(sizes) : null,
        };
    }

    // The compiler improves what runs often, in the background.
    private void WarmUp()
    {
        var level = new BenchLevel(WarmUpHeight, _workers);
        for (int i = 0; i < WarmUps; i++) level.Run(PatchSearches.Create<byte>(SearchMethod.PatchMatch), _workers);
    }

    private SizeResult Measure(int height, double peak)
    {
        tell($"{height}p");
        var level = new BenchLevel(height, _workers);
        double voxels = level.Size.Count;

        // Counting would slow the measured runs; the search is deterministic, so one that is not measured counts the same.
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

    // One thread and two in turn: what else the machine does then meets both.
    private ThreadResult CompareThreads(List<SizeResult> sizes)
    {
        double RunsTime(SizeResult size) => Pairs * size.Seconds.Total * Math.Min(threads, Environment.ProcessorCount) * 1.5;
        SizeResult chosen = sizes.LastOrDefault(s => RunsTime(s) < PairsTime.TotalSeconds) ?? sizes[0];
        tell($"1 and 2 threads at {chosen.Size.Height}p");
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
