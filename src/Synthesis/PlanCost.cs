using Vgpnn.Kernels;

namespace Vgpnn.Synthesis;

/// <summary>What a plan takes: patch evaluations, votes and bytes.</summary>
internal static class PlanCost
{
    /// <summary>Levels of the input pyramid are kept between samples while they take no more than this in all.</summary>
    public const long KeptLevelBytes = 256L << 20;

    /// <summary>A voted voxel costs about as much as this many patch evaluations.</summary>
    private const double VoteWeight = 10;

    // A key's weight, its number among the allowed ones, and what it takes to find whether it touches a mask.
    private const int KeyWeightBytes = sizeof(float) + sizeof(int) + 2;

    // The runtime, the program, ffmpeg's pipes and the workers' scratch memory.
    internal const long BaseBytes = 96L << 20;

    public static PyramidPlan Complete(
        Extent input, Extent output, Scale outputScale, IReadOnlyList<LevelPlan> levels, MethodOptions options, int clips = 1)
    {
        double evaluations = 0;
        long votes = 0;
        foreach (LevelPlan level in levels)
        {
            IPatchSearch<byte> search = LevelSearch.For<byte>(options.Search, level);
            for (int j = 0; j < level.Iterations; j++) evaluations += Evaluations(search, level, j);
            votes += level.Output.Count * level.Iterations;
        }

        return new PyramidPlan(
            input, output, outputScale, levels, (long)Math.Min(evaluations, long.MaxValue / 2), votes,
            options.Engine == Engine.Float
                ? PeakBytes<float>(input, output, levels, options, clips)
                : PeakBytes<byte>(input, output, levels, options, clips));
    }

    /// <summary>Patch evaluations of one EM iteration.</summary>
    public static double Evaluations<T>(IPatchSearch<T> search, LevelPlan level, int iteration)
        where T : unmanaged =>
        search.Evaluations(level.QueryGrid.Count, level.KeyGrid.Count, iteration);

    /// <summary>Work of one EM iteration in units of a patch evaluation; what progress is counted in.</summary>
    public static double Work<T>(IPatchSearch<T> search, LevelPlan level, int iteration)
        where T : unmanaged =>
        Evaluations(search, level, iteration) + (VoteWeight * level.Output.Count);

    /// <summary>Which levels of the input pyramid are kept: from the coarsest up, while they fit.</summary>
    public static int FinestKeptLevel<T>(IReadOnlyList<LevelPlan> levels)
        where T : unmanaged
    {
        long bytes = 0;
        int n = levels.Count;
        while (n > 1 && (bytes += Volume.Bytes<T>(levels[n - 1].Input, 3)) <= KeptLevelBytes) n--;
        return n;
    }

    // Follows CoarseToFine step by step: what is alive when the most is alive.
    private static long PeakBytes<T>(Extent input, Extent output, IReadOnlyList<LevelPlan> levels, MethodOptions options, int clips)
        where T : unmanaged
    {
        int kept = FinestKeptLevel<T>(levels);
        long always = BaseBytes + (3 * (input.Count + output.Count)) + Volume.Bytes<T>(input, 3);
        for (int n = kept; n < levels.Count; n++) always += Volume.Bytes<T>(levels[n].Input, 3);
        if (options.Application == Application.Inpainting)
        {
            // The video as it is known, in another pyramid than the source's, and the masks of all levels.
            always += (3 * output.Count) + Volume.Bytes<T>(output, 3);
            always += levels.Sum(l => l.Output.Count + (l.Index >= kept ? Volume.Bytes<T>(l.Output, 3) : 0));
        }

        long peak = 0;
        for (int n = levels.Count - 1; n >= 0; n--)
        {
            LevelPlan level = levels[n];
            long query = Volume.Bytes<T>(level.Output, 3);
            long values = (n == 0 && clips == 1) || (n > 0 && n >= kept) ? 0 : Volume.Bytes<T>(level.Input, 3);
            long keys = 0, coarser = 0;
            if (n + 1 < levels.Count)
            {
                keys = Volume.Bytes<T>(level.Input, 3);
                coarser = Volume.Bytes<T>(levels[n + 1].Output, 3) + (n + 1 >= kept ? 0 : Volume.Bytes<T>(levels[n + 1].Input, 3));
            }
            else
            {
                query += Volume.Bytes<float>(level.Output, 3) + Volume.Bytes<float>(level.Input, 3);
            }

            bool inpainting = options.Application == Application.Inpainting;
            if (inpainting) query += 2 * Volume.Bytes<T>(level.Query, 3);
            if (inpainting || clips > 1) query += KeyWeightBytes * level.KeyGrid.Count;
            if (options.Loop) query += LoopCanvas.WorkingBytes<T>(level);
            long search = LevelSearch.For<T>(options.Search, level).WorkingBytes(level.Query, level.Input, level.Patch, 3)
                + NearestNeighbourField.Bytes(level.QueryGrid);
            peak = Math.Max(peak, query + keys + values + Math.Max(coarser, search));
        }

        return always + peak;
    }
}
