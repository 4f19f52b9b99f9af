using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains;

/// <summary>Deletes what its tenant wants kept no longer: requests some time after their end, videos after their upload.</summary>
public sealed class Retention(StateStore store, RequestGrain requests, VideoGrain videos)
{
    private const int Batch = 100;

    /// <summary>Deletes what is due.</summary>
    /// <returns>How much.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation = default)
    {
        int deleted = 0;
        foreach (Due due in await DueAsync(RequestSql.Expired, cancellation).ConfigureAwait(false))
            deleted += await TryAsync(() => requests.DeleteAsync(due.TenantId, due.Id, cancellation)).ConfigureAwait(false);
        foreach (Due due in await DueAsync(VideoSql.Expired, cancellation).ConfigureAwait(false))
            deleted += await TryAsync(() => videos.DeleteAsync(due.TenantId, due.Id, cancellation)).ConfigureAwait(false);
        return deleted;
    }

    private Task<IReadOnlyList<Due>> DueAsync(string sql, CancellationToken cancellation) =>
        store.RunAsync(state => state.QueryAsync<Due>(sql, new { limit = Batch }), cancellation);

    // Another node, or the owner, may have been quicker.
    private static async Task<int> TryAsync(Func<Task> delete)
    {
        try
        {
            await delete().ConfigureAwait(false);
            return 1;
        }
        catch (GrainException e) when (e.Code == "not-found")
        {
            return 0;
        }
    }

    private sealed record Due
    {
        public required string TenantId { get; init; }

        public required string Id { get; init; }
    }
}
