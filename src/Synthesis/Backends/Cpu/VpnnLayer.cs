using System.Diagnostics;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends.Cpu;

/// <summary>
/// The video patch nearest-neighbour layer (paper, section 3.1): finds the nearest key of each query, folds the values at the same positions back, and uses
/// the result as the next query.
/// </summary>
/// <typeparam name="T">Float, or byte for the fast engine.</typeparam>
internal sealed class VpnnLayer<T>(MethodOptions options, Canvas canvas)
    where T : unmanaged
{
    private const ulong ReverseSeed = 0x5EE0;

    private readonly Stopwatch _searching = new();
    private readonly Stopwatch _voting = new();
    private double _meanDistance;

    /// <summary>Matches of the level, from which the next finer one starts.</summary>
    public LevelFields Fields { get; set; }

    /// <summary>Measurements since the level began.</summary>
    public LayerTiming Timing => new(_meanDistance, _searching.Elapsed, _voting.Elapsed);

    /// <summary>Resets the measurements.</summary>
    public void Reset()
    {
        _searching.Reset();
        _voting.Reset();
    }

    /// <summary>Begins a level: its first search starts from the coarser level's matches or from scratch.</summary>
    public void Begin(LevelPlan level)
    {
        Reset();
        Fields = level.StartsFromCoarser
            ? Fields.Resized(level)
            : new LevelFields(new NearestNeighbourField(level.Query, level.Input, level.Patch), null);
        if (level.StartsFromCoarser) CollectIfLarge(level);
    }

    /// <summary>
    /// The first iteration of the coarsest level. Q has noise far outside the range of bytes, so this search is in floats for either T.
    /// </summary>
    /// <param name="level">The coarsest level.</param>
    /// <param name="query">Q in [−1, 1] plus noise.</param>
    /// <param name="values">K and V.</param>
    /// <param name="weights">Weights of the key patches; <c>null</c> if all are 1.</param>
    /// <param name="seed">Determines all random choices.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="searched">Invoked with the searched fraction, 0 to 1.</param>
    /// <returns>The output.</returns>
    public Volume<T> IterateCoarsest(
        LevelPlan level, Volume<float> query, Volume<T> values, float[]? weights, ulong seed, Workers workers, Action<double>? searched = null)
    {
        Volume<float> keys = canvas.Keys(level, values as Volume<float> ?? ColourConversion.ToFloat((Volume<byte>)(Volume)values));
        Begin(level);
        var output = new Volume<T>(level.Output, values.Channels);
        Search(level, canvas.Query(level, query), keys, weights, 0, seed, workers, searched);
        Vote(level, values, output, workers);
        return output;
    }

    /// <summary>One EM iteration of a level that has begun.</summary>
    /// <param name="level">Patch size and search.</param>
    /// <param name="iteration">EM iteration, from 0.</param>
    /// <param name="output">The output so far, which is Q; overwritten by the vote.</param>
    /// <param name="blurredKeys">K of the first iteration, as blurred as Q; released after the search. <c>null</c> to use V.</param>
    /// <param name="values">V, and K if there are no blurred keys.</param>
    /// <param name="weights">Weights of the key patches; <c>null</c> if all are 1.</param>
    /// <param name="seed">Determines all random choices of the level.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="searched">Invoked with the searched fraction, 0 to 1.</param>
    /// <param name="stepsDone">Steps of this search that were completed before an interruption.</param>
    /// <param name="passed">Callback invoked after passes of the search with the number of completed steps.</param>
    public void Iterate(
        LevelPlan level, int iteration, Volume<T> output, ref Volume<T>? blurredKeys, Volume<T> values, float[]? weights, ulong seed, Workers workers,
        Action<double>? searched = null, int stepsDone = 0, Action<int>? passed = null)
    {
        Search(
            level, canvas.Query(level, output), canvas.Keys(level, blurredKeys ?? values), weights, iteration, Hash.Derive(seed, (ulong)iteration), workers,
            searched, stepsDone, passed);
        blurredKeys = null;
        Vote(level, values, output, workers);
    }

    /// <summary>Runs all iterations of a level; for the parameters see <see cref="Iterate"/>.</summary>
    public LayerTiming Run(
        LevelPlan level, Volume<T> output, ref Volume<T>? blurredKeys, Volume<T> values, float[]? weights, ulong seed, Workers workers)
    {
        Begin(level);
        for (int j = 0; j < level.Iterations; j++) Iterate(level, j, output, ref blurredKeys, values, weights, seed, workers);
        if (!options.FollowsStructure) Fields = default;
        return Timing;
    }

    // The coarser level's matches, and the reverse matches of the previous search.
    private static void CollectIfLarge(LevelPlan level)
    {
        if (NearestNeighbourField.Bytes(level.QueryGrid) + NearestNeighbourField.Bytes(level.KeyGrid) > CpuBuffers.LargeVolume) GC.Collect();
    }

    private void Vote(LevelPlan level, Volume<T> values, Volume<T> output, Workers workers)
    {
        _voting.Start();
        canvas.Vote(level, values, Fields.Matches!, options.Vote, output, workers);
        _voting.Stop();
    }

    private void Search<TComponent>(
        LevelPlan level, Volume<TComponent> query, Volume<TComponent> keys, float[]? weights, int iteration, ulong seed, Workers workers,
        Action<double>? searched, int stepsDone = 0, Action<int>? passed = null)
        where TComponent : unmanaged
    {
        _searching.Start();
        NearestNeighbourField field = Fields.Matches!;
        double before = 0;
        if (options.Completeness is { } alpha)
        {
            before = 0.5;
            int start = Fields.Users is null ? 0 : level.SearchIteration(iteration);
            NearestNeighbourField users = Fields.Users ?? new NearestNeighbourField(level.Input, level.Query, level.Patch);
            IPatchSearch<TComponent> reverse = PatchSearches.Create<TComponent>(LevelSearch.ReverseMethod(options, level));
            weights = Completeness.Weights(query, keys, level.Patch, alpha, reverse, Hash.Derive(seed, ReverseSeed), workers, users, start);
            Fields = Fields with { Users = users };
            CollectIfLarge(level);
            searched?.Invoke(before);
        }

        var task = new SearchTask<TComponent>
        {
            Query = query,
            Keys = keys,
            Patch = level.Patch,
            Field = field,
            KeyWeights = weights,
            Iteration = level.SearchIteration(iteration),
            Seed = seed,
            StepsDone = stepsDone,
            StepCompleted = passed,
            Progress = searched is null ? null : part => searched(before + (part * (1 - before))),
        };
        PatchSearches.Create<TComponent>(LevelSearch.Method(options, level)).Search(task, workers);
        _meanDistance = (options.Completeness is null ? field.MeanDistance() : field.MeanDistance(weights!)) / LevelUnits.PerSquared<TComponent>();
        _searching.Stop();
    }
}

/// <summary>Measurements of a layer.</summary>
/// <param name="MeanDistance">Mean distance of the last search, for components in [−1, 1].</param>
/// <param name="Search">Total time of the searches.</param>
/// <param name="Vote">Total time of the votes.</param>
internal readonly record struct LayerTiming(double MeanDistance, TimeSpan Search, TimeSpan Vote);
