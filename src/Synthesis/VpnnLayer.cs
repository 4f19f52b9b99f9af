using System.Diagnostics;
using Vgpnn.Kernels;

namespace Vgpnn.Synthesis;

/// <summary>
/// The video patch nearest-neighbour layer (paper, section 3.1): queries find their nearest keys, the values at the same
/// places are folded back, and the result is the next query.
/// </summary>
internal sealed class VpnnLayer(IPatchSearch search, VoteRule vote)
{
    /// <summary>The search for one level: small ones are searched exhaustively unless the official schedule is asked for.</summary>
    public static IPatchSearch SearchFor(SearchMethod method, LevelPlan level) =>
        PatchSearch.Create(method == SearchMethod.PatchMatch && level.KeyGrid.Count <= PatchSearch.SmallLevel ? SearchMethod.Exhaustive : method);

    /// <summary>Runs the level's EM iterations and leaves the result in <paramref name="query"/>.</summary>
    /// <param name="level">Patch size and iterations.</param>
    /// <param name="query">Q of the first iteration; overwritten by every vote, which needs Q no more.</param>
    /// <param name="blurredKeys">K of the first iteration, as blurred as Q; released after it.</param>
    /// <param name="values">V, and K from the second iteration on.</param>
    /// <param name="seed">Determines all random choices.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="progress">Told the iteration, from 0, and which part of it is done.</param>
    /// <returns>Mean distance of the last search and the time that search and vote took.</returns>
    public (double MeanDistance, TimeSpan Search, TimeSpan Vote) Run(
        LevelPlan level, Volume query, ref Volume? blurredKeys, Volume values, ulong seed, Workers workers, Action<int, double>? progress = null)
    {
        var field = new NearestNeighbourField(level.QueryGrid, level.KeyGrid);
        var searching = new Stopwatch();
        var voting = new Stopwatch();
        for (int j = 0; j < level.Iterations; j++)
        {
            int iteration = j;
            var task = new SearchTask
            {
                Query = query,
                Keys = blurredKeys ?? values,
                Patch = level.Patch,
                Field = field,
                Iteration = j,
                Seed = Hash.Derive(seed, (ulong)j),
                Progress = progress is null ? null : part => progress(iteration, part),
            };
            searching.Start();
            search.Search(task, workers);
            searching.Stop();
            blurredKeys = null;
            voting.Start();
            Voting.Vote(values, field, level.Patch, vote, query, workers);
            voting.Stop();
        }

        return (field.MeanDistance(), searching.Elapsed, voting.Elapsed);
    }
}
