using Vgpnn.Kernels;

namespace Vgpnn.Synthesis;

/// <summary>What a plan takes: patch evaluations, votes and bytes.</summary>
internal static class PlanCost
{
    /// <summary>Levels of the input pyramid are kept between samples while they take no more than this in all.</summary>
    public const long KeptLevelBytes = 256L << 20;

    /// <summary>A voted voxel costs about as much as this many patch evaluations.</summary>
    private const double VoteWeight = 10;

    // The runtime, the program, ffmpeg's pipes and the workers' scratch memory.
    private const long BaseBytes = 96L << 20;

    public static PyramidPlan Complete(
        Extent input, Extent output, Scale outputScale, IReadOnlyList<LevelPlan> levels, GenerationOptions options)
    {
        double evaluations = 0;
        long votes = 0;
        foreach (LevelPlan level in levels)
        {
            IPatchSearch search = VpnnLayer.SearchFor(options.Search, level);
            for (int j = 0; j < level.Iterations; j++) evaluations += Evaluations(search, level, j);
            votes += level.Output.Count * level.Iterations;
        }

        return new PyramidPlan(
            input, output, outputScale, levels, (long)Math.Min(evaluations, long.MaxValue / 2), votes, PeakBytes(input, output, levels, options));
    }

    /// <summary>Patch evaluations of one EM iteration.</summary>
    public static double Evaluations(IPatchSearch search, LevelPlan level, int iteration) =>
        search.Evaluations(level.QueryGrid.Count, level.KeyGrid.Count, iteration);

    /// <summary>Work of one EM iteration in units of a patch evaluation; what progress is counted in.</summary>
    public static double Work(IPatchSearch search, LevelPlan level, int iteration) =>
        Evaluations(search, level, iteration) + (VoteWeight * level.Output.Count);

    /// <summary>Which levels of the input pyramid are kept: from the coarsest up, while they fit.</summary>
    public static int FinestKeptLevel(IReadOnlyList<LevelPlan> levels)
    {
        long bytes = 0;
        int n = levels.Count;
        while (n > 1 && (bytes += Volume.Bytes(levels[n - 1].Input, 3)) <= KeptLevelBytes) n--;
        return n;
    }

    // Follows CoarseToFine step by step: what is alive when the most is alive.
    private static long PeakBytes(Extent input, Extent output, IReadOnlyList<LevelPlan> levels, GenerationOptions options)
    {
        int kept = FinestKeptLevel(levels);
        long always = BaseBytes + (3 * (input.Count + output.Count)) + Volume.Bytes(input, 3);
        for (int n = kept; n < levels.Count; n++) always += Volume.Bytes(levels[n].Input, 3);
        long peak = 0;
        for (int n = levels.Count - 1; n >= 0; n--)
        {
            LevelPlan level = levels[n];
            long query = Volume.Bytes(level.Output, 3);
            long values = n == 0 || n >= kept ? 0 : Volume.Bytes(level.Input, 3);
            long keys = 0;
            if (n + 1 < levels.Count)
            {
                LevelPlan coarser = levels[n + 1];
                Scale up = level.Scale / coarser.Scale;
                long coarserInput = n + 1 >= kept ? 0 : Volume.Bytes(coarser.Input, 3);
                keys = Volume.Bytes(level.Input, 3);
                peak = Math.Max(peak, Volume.Bytes(coarser.Output, 3) + Resampler.WorkingBytes(coarser.Output, level.Output, up, 3));
                peak = Math.Max(peak, query + coarserInput + Resampler.WorkingBytes(coarser.Input, level.Input, up, 3));
                if (coarserInput > 0) peak = Math.Max(peak, query + Resampler.WorkingBytes(input, coarser.Input, coarser.Scale, 3));
            }

            peak = Math.Max(peak, query + keys + Resampler.WorkingBytes(input, level.Input, level.Scale, 3));
            long search = VpnnLayer.SearchFor(options.Search, level).WorkingBytes(level.QueryGrid);
            peak = Math.Max(peak, query + keys + values + NearestNeighbourField.Bytes(level.QueryGrid) + search);
        }

        return always + peak;
    }
}
