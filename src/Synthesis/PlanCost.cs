using Vgpnn.Kernels;
using Vgpnn.Kernels.Flow;

namespace Vgpnn.Synthesis;

/// <summary>What a plan takes: patch evaluations, votes and bytes.</summary>
internal static class PlanCost
{
    /// <summary>Levels of the input pyramid are kept between samples while they take no more than this in all.</summary>
    public const long KeptLevelBytes = 256L << 20;

    /// <summary>From this size on what is dead is collected before more is made.</summary>
    public const long LargeVolume = 16L << 20;

    /// <summary>A voted voxel costs about as much as this many patch evaluations.</summary>
    private const double VoteWeight = 10;

    // A key's weight, its number among the allowed ones, and what it takes to find whether it touches a mask.
    private const int KeyWeightBytes = sizeof(float) + sizeof(int) + 2;

    // The runtime, the program, ffmpeg's pipes and the workers' scratch memory.
    internal const long BaseBytes = 96L << 20;

    public static PyramidPlan Complete(
        Extent input, Extent output, Scale outputScale, IReadOnlyList<LevelPlan> levels, MethodOptions options, int clips = 1,
        IReadOnlyList<InputSize>? followed = null, IOpticalFlow? flow = null)
    {
        double evaluations = 0;
        long votes = 0;
        foreach (LevelPlan level in levels)
        {
            for (int j = 0; j < level.Iterations; j++) evaluations += Evaluations<byte>(options, level, j);
            votes += level.Output.Count * level.Iterations;
        }

        int starts = SampleStart.Count(levels, options, (long)Math.Min(evaluations, long.MaxValue / 2));
        if (starts > 1)
        {
            evaluations += starts * SampleStart.Evaluations(levels, options);
            votes += starts * levels.TakeLast(2).Sum(l => l.Output.Count * l.Iterations);
        }

        long peak = options.Engine == Engine.Float
            ? PeakBytes<float>(input, output, levels, options, clips, starts)
            : PeakBytes<byte>(input, output, levels, options, clips, starts);
        if (followed is not null) peak = StructureBytes(peak, followed, levels, options, flow ?? new DenseInverseSearch());
        return new PyramidPlan(input, output, outputScale, levels, (long)Math.Min(evaluations, long.MaxValue / 2), votes, peak)
        {
            Starts = starts,
            FlowVoxels = options.Application == Application.Sketch && options.Match == InkMatch.Contrast
                ? 0
                : followed?.Where(f => f.Role != InputRole.Sketch).Sum(f => f.Size.Count) ?? 0,
        };
    }

    /// <summary>Patch evaluations of one EM iteration, those of completeness included.</summary>
    public static double Evaluations<T>(MethodOptions options, LevelPlan level, int iteration)
        where T : unmanaged
    {
        long queries = level.QueryGrid.Count, keys = level.KeyGrid.Count;
        iteration = level.SearchIteration(iteration);
        return LevelSearch.For<T>(options.Search, level).Evaluations(queries, keys, iteration)
            + (options.Completeness is null ? 0 : LevelSearch.Reverse<T>(options.Search, level).Evaluations(keys, queries, iteration));
    }

    /// <summary>Work of one EM iteration in units of a patch evaluation; what progress is counted in.</summary>
    public static double Work<T>(MethodOptions options, LevelPlan level, int iteration)
        where T : unmanaged =>
        Evaluations<T>(options, level, iteration) + (VoteWeight * level.Output.Count);

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
    private static long PeakBytes<T>(Extent input, Extent output, IReadOnlyList<LevelPlan> levels, MethodOptions options, int clips, int starts)
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
            if (level.Guide == Guide.StructureAndColour) query += Volume.Bytes<T>(level.Query, 4) + Volume.Bytes<T>(level.Input, 4);
            if (level.Guide == Guide.Structure) query += Volume.Bytes<float>(level.Query, 3) + Volume.Bytes<float>(level.Input, 3);
            long search = LevelSearch.For<T>(options.Search, level).WorkingBytes(level.Query, level.Input, level.Patch, level.Channels, level.SearchIteration(0))
                + NearestNeighbourField.Bytes(level.QueryGrid);
            if (options.Completeness is not null)
            {
                long reverse = LevelSearch.Reverse<T>(options.Search, level).WorkingBytes(level.Input, level.Query, level.Patch, level.Channels, level.SearchIteration(0))
                    + NearestNeighbourField.Bytes(level.QueryGrid);
                search = Math.Max(search, reverse) + NearestNeighbourField.Bytes(level.KeyGrid) + (sizeof(float) * level.KeyGrid.Count);
            }

            if (level.StartsFromCoarser)
                query += NearestNeighbourField.Bytes(levels[n + 1].QueryGrid) + NearestNeighbourField.Bytes(levels[n + 1].KeyGrid);

            long alive = query + keys + values + Math.Max(coarser, search);
            if (starts > 1 && n >= levels.Count - 2)
                alive = SampleStart.HeldBytes(levels) + Math.Max(alive, values + SampleStart.JudgingBytes<T>(SampleStart.JudgedLevel(levels)));
            peak = Math.Max(peak, alive);
        }

        return always + peak;
    }

    // The clips themselves, what is kept of their movement, and either the run or, before it, finding the movement of one of them.
    private static long StructureBytes(long run, IReadOnlyList<InputSize> followed, IReadOnlyList<LevelPlan> levels, MethodOptions options, IOpticalFlow flow)
    {
        long kept = followed.Sum(f => 3 * f.Size.Count) + flow.WeightBytes;
        foreach (LevelPlan level in levels.Where(l => l.Guide != Guide.Colour))
            kept += Volume.Bytes<float>(level.Output, 1) + Volume.Bytes<float>(level.Input, 1);
        long finding = followed.Max(f =>
        {
            long volume = Volume.Bytes<float>(f.Size, 1);
            if (f.Role == InputRole.Sketch) return volume;
            if (options.Application == Application.Sketch && options.Match == InkMatch.Contrast)
                return (2 * Volume.Bytes<byte>(f.Size, 3)) + (2 * volume);
            (_, int height, int width) = f.Size;
            return Volume.Bytes<byte>(f.Size, 3) + (3 * volume)
                + flow.WorkingBytes(height, width) + (2 * sizeof(float) * (long)height * width);
        });
        return kept + Math.Max(run, BaseBytes + finding);
    }
}
