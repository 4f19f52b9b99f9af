using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains;

/// <summary>What of a tenant changed since a moment.</summary>
/// <param name="Now">The database's clock before the rows were read, in milliseconds since 1970.</param>
/// <param name="Videos">Videos.</param>
/// <param name="Requests">Requests.</param>
/// <param name="Samples">Samples that have rows.</param>
public sealed record ChangeSet(
    long Now, IReadOnlyList<VideoStatus> Videos, IReadOnlyList<RequestStatus> Requests, IReadOnlyList<SampleStatus> Samples);

/// <summary>
/// What watchers read. A row says when it changed last, by the clock of the database at that time; its transaction may have
/// been committed a little later, so whoever goes on from a moment asks for some time before it too.
/// </summary>
public sealed class Changes(StateStore store)
{
    /// <summary>The most rows of a kind that one look brings.</summary>
    public const int MostRows = 1_000;

    /// <summary>By how long the commit of a change may come after its time: no transaction lives longer.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    /// <summary>What changed since a moment.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="request">Only this request and its samples; null: everything.</param>
    /// <param name="since">Milliseconds since 1970.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ChangeSet> SinceAsync(string tenant, string? request, long since, CancellationToken cancellation = default) => store.RunForAsync(
        tenant,
        async state =>
        {
            var row = new { tenant, request, since, limit = MostRows };
            long now = await state.ScalarAsync<long>(NodeSql.Now).ConfigureAwait(false);
            IReadOnlyList<VideoStatus> videos = request is null
                ? await state.QueryAsync<VideoStatus>(VideoSql.Changed, row).ConfigureAwait(false)
                : [];
            return new ChangeSet(
                now, videos,
                await state.QueryAsync<RequestStatus>(RequestSql.Changed, row).ConfigureAwait(false),
                await state.QueryAsync<SampleStatus>(SampleSql.Changed, row).ConfigureAwait(false));
        },
        cancellation);
}
