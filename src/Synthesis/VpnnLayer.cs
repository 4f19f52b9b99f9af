using System.Diagnostics;
using Vgpnn.Kernels;

namespace Vgpnn.Synthesis;

/// <summary>
/// The video patch nearest-neighbour layer (paper, section 3.1): queries find their nearest keys, the values at the same
/// places are folded back, and the result is the next query.
/// </summary>
/// <typeparam name="T">Float, or byte for the fast engine.</typeparam>
internal sealed class VpnnLayer<T>(MethodOptions options, Canvas canvas)
    where T : unmanaged
{
    private const ulong ReverseSeed = 0x5EE0;

    private double _meanDistance;

    /// <summary>Matches of the last level, for the next finer one to start from.</summary>
    public LevelFields Fields { get; set; }

    /// <summary>
    /// The coarsest level: Q carries noise far outside the range of bytes, so this search is in floats whatever T is.
    /// </summary>
    /// <param name="level">Patch size and iterations; from the second on Q is the output.</param>
    /// <param name="query">Q in [−1, 1] plus noise.</param>
    /// <param name="values">K and V.</param>
    /// <param name="weights">Weights of the key patches; null: all are 1.</param>
    /// <param name="seed">Determines all random choices.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="progress">Told the iteration, from 0, and which part of it is done.</param>
    public (Volume<T> Output, LayerTiming Timing) RunCoarsest(
        LevelPlan level, Volume<float> query, Volume<T> values, float[]? weights, ulong seed, Workers workers,
        Action<int, double>? progress = null)
    {
        Volume<float> keys = canvas.Keys(level, values as Volume<float> ?? RgbSamples.ToFloat((Volume<byte>)(Volume)values));
        var field = new NearestNeighbourField(level.Query, level.Input, level.Patch);
        var output = new Volume<T>(level.Output, values.Channels);
        Fields = new LevelFields(field, null);
        TimeSpan search = Search(level, canvas.Query(level, query), keys, field, weights, 0, seed, workers, progress);
        var voting = Stopwatch.StartNew();
        canvas.Vote(level, values, field, options.Vote, output, workers);
        var first = new LayerTiming(_meanDistance, search, voting.Elapsed);
        if (level.Iterations == 1) return (output, first);
        Volume<T>? sharp = null;
        LayerTiming others = Iterate(1, field, level, output, ref sharp, values, weights, seed, workers, progress);
        return (output, others with { Search = first.Search + others.Search, Vote = first.Vote + others.Vote });
    }

    /// <summary>Runs a level's EM iterations and leaves the result in <paramref name="output"/>.</summary>
    /// <param name="level">Patch size and iterations.</param>
    /// <param name="output">The output so far, Q of the first iteration; overwritten by every vote, which needs Q no more.</param>
    /// <param name="blurredKeys">K of the first iteration, as blurred as Q; released after it. Null: K is V throughout.</param>
    /// <param name="values">V, and K from the second iteration on.</param>
    /// <param name="weights">Weights of the key patches; null: all are 1.</param>
    /// <param name="seed">Determines all random choices.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="progress">Told the iteration, from 0, and which part of it is done.</param>
    /// <param name="from">Where an interrupted run of the level was; <see cref="Fields"/> and <paramref name="output"/> are what it left.</param>
    /// <param name="passed">Told after steps of a search where the level can be interrupted.</param>
    public LayerTiming Run(
        LevelPlan level, Volume<T> output, ref Volume<T>? blurredKeys, Volume<T> values, float[]? weights, ulong seed, Workers workers,
        Action<int, double>? progress = null, LevelPart? from = null, Action<LevelPart>? passed = null)
    {
        if (from is { } part) return Iterate(part.Iteration, Fields.Matches!, level, output, ref blurredKeys, values, weights, seed, workers, progress, part.Steps, passed);
        Fields = level.StartsFromCoarser
            ? Fields.Resized(level)
            : new LevelFields(new NearestNeighbourField(level.Query, level.Input, level.Patch), null);
        if (level.StartsFromCoarser) CollectIfLarge(level);
        return Iterate(0, Fields.Matches!, level, output, ref blurredKeys, values, weights, seed, workers, progress, passed: passed);
    }

    private LayerTiming Iterate(
        int first, NearestNeighbourField field, LevelPlan level, Volume<T> output, ref Volume<T>? blurredKeys, Volume<T> values,
        float[]? weights, ulong seed, Workers workers, Action<int, double>? progress, int stepsDone = 0, Action<LevelPart>? passed = null)
    {
        TimeSpan searching = TimeSpan.Zero;
        var voting = new Stopwatch();
        for (int j = first; j < level.Iterations; j++)
        {
            Volume<T> query = canvas.Query(level, output), keys = canvas.Keys(level, blurredKeys ?? values);
            int iteration = j;
            searching += Search(
                level, query, keys, field, weights, j, Hash.Derive(seed, (ulong)j), workers, progress, stepsDone,
                passed is null ? null : steps => passed(new LevelPart(iteration, steps)));
            stepsDone = 0;
            blurredKeys = null;
            voting.Start();
            canvas.Vote(level, values, field, options.Vote, output, workers);
            voting.Stop();
        }

        if (!options.FollowsStructure) Fields = default;
        return new LayerTiming(_meanDistance, searching, voting.Elapsed);
    }

    // The coarser level's matches, and what the search for every key's query has left.
    private static void CollectIfLarge(LevelPlan level)
    {
        if (NearestNeighbourField.Bytes(level.QueryGrid) + NearestNeighbourField.Bytes(level.KeyGrid) > PlanCost.LargeVolume) GC.Collect();
    }

    private TimeSpan Search<TSample>(
        LevelPlan level, Volume<TSample> query, Volume<TSample> keys, NearestNeighbourField field, float[]? weights, int iteration,
        ulong seed, Workers workers, Action<int, double>? progress, int stepsDone = 0, Action<int>? passed = null)
        where TSample : unmanaged
    {
        var clock = Stopwatch.StartNew();
        double before = 0;
        if (options.Completeness is { } alpha)
        {
            before = 0.5;
            int start = Fields.Users is null ? 0 : level.SearchIteration(iteration);
            NearestNeighbourField users = Fields.Users ?? new NearestNeighbourField(level.Input, level.Query, level.Patch);
            weights = Completeness.Weights(
                query, keys, level.Patch, alpha, LevelSearch.Reverse<TSample>(options.Search, level), Hash.Derive(seed, ReverseSeed), workers,
                users, start);
            Fields = Fields with { Users = users };
            CollectIfLarge(level);
            progress?.Invoke(iteration, before);
        }

        var task = new SearchTask<TSample>
        {
            Query = query,
            Keys = keys,
            Patch = level.Patch,
            Field = field,
            KeyWeights = weights,
            Iteration = level.SearchIteration(iteration),
            Seed = seed,
            StepsDone = stepsDone,
            Passed = passed,
            Progress = progress is null ? null : part => progress(iteration, before + (part * (1 - before))),
        };
        LevelSearch.For<TSample>(options.Search, level).Search(task, workers);
        _meanDistance = (options.Completeness is null ? field.MeanDistance() : field.MeanDistance(weights!)) / LevelUnits.PerSquared<TSample>();
        return clock.Elapsed;
    }
}

/// <summary>What a layer measured.</summary>
/// <param name="MeanDistance">Mean distance of the last search, for samples in [−1, 1].</param>
/// <param name="Search">Time of all searches.</param>
/// <param name="Vote">Time of all votes.</param>
internal readonly record struct LayerTiming(double MeanDistance, TimeSpan Search, TimeSpan Vote);

/// <summary>Distances of bytes and of floats in one unit.</summary>
internal static class LevelUnits
{
    /// <summary>The squared difference of two samples that are 1 apart in [−1, 1].</summary>
    public static double PerSquared<T>()
        where T : unmanaged => typeof(T) == typeof(byte) ? 127.5 * 127.5 : 1;
}

/// <summary>Which search a level gets.</summary>
internal static class LevelSearch
{
    // Patch distances of a level that is searched exhaustively because its patches have little but their movement to be told apart by.
    private const long FewEvaluations = 1 << 26;

    /// <summary>Small levels are searched exhaustively, unless the official schedule is asked for.</summary>
    public static IPatchSearch<T> For<T>(SearchMethod method, LevelPlan level)
        where T : unmanaged => PatchSearch.Create<T>(Method(method, level, level.KeyGrid));

    /// <summary>The search for every key's nearest query.</summary>
    public static IPatchSearch<T> Reverse<T>(SearchMethod method, LevelPlan level)
        where T : unmanaged => PatchSearch.Create<T>(Method(method, level, level.QueryGrid));

    private static SearchMethod Method(SearchMethod method, LevelPlan level, Extent keys)
    {
        bool small = keys.Count <= PatchSearch.SmallLevel
            || (level.Guide == Guide.Structure && level.QueryGrid.Count * level.KeyGrid.Count <= FewEvaluations);
        return method == SearchMethod.PatchMatch && small ? SearchMethod.Exhaustive : method;
    }
}
