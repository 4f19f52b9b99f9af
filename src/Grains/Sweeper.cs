using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains;

/// <summary>
/// Deletes blobs that nobody can reach: those marked dead in the state, and those that were written but never entered, by
/// an activation that has been replaced or an upload that broke off.
/// </summary>
public sealed class Sweeper(StateStore store, IBlobStore blobs)
{
    private const int Batch = 200;

    /// <summary>Deletes what is marked dead.</summary>
    /// <returns>Blobs deleted.</returns>
    public async Task<int> SweepDeadAsync(CancellationToken cancellation = default)
    {
        int swept = 0;
        while (true)
        {
            IReadOnlyList<string> dead = await store.RunAsync(state => state.QueryAsync<string>(BlobSql.Dead, new { limit = Batch }), cancellation)
                .ConfigureAwait(false);
            foreach (string key in dead)
            {
                // The blob first: a row without a blob is tried again, a blob without a row would have to be searched for.
                await blobs.DeleteAsync(key, cancellation).ConfigureAwait(false);
                await store.RunAsync(state => state.ExecuteAsync(BlobSql.Forget, new { key }), cancellation).ConfigureAwait(false);
                swept++;
            }

            if (dead.Count < Batch) return swept;
        }
    }

    /// <summary>Deletes what was never entered.</summary>
    /// <param name="uploadAge">An upload without a row is left alone for this long: it may still be on its way.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Blobs deleted.</returns>
    public async Task<int> SweepOrphansAsync(TimeSpan uploadAge, CancellationToken cancellation = default)
    {
        int swept = 0;
        var page = new List<BlobEntry>();
        await foreach (BlobEntry entry in blobs.ListAsync("", cancellation).ConfigureAwait(false))
        {
            page.Add(entry);
            if (page.Count < Batch) continue;
            swept += await SweepAsync(page, uploadAge, cancellation).ConfigureAwait(false);
            page.Clear();
        }

        return swept + await SweepAsync(page, uploadAge, cancellation).ConfigureAwait(false);
    }

    // Rows and activations are read after the listing, in one transaction: a writer whose activation is over has entered
    // its blob by then, or never will.
    private async Task<int> SweepAsync(List<BlobEntry> page, TimeSpan uploadAge, CancellationToken cancellation)
    {
        if (page.Count == 0) return 0;
        string[] keys = [.. page.Select(e => e.Key)];
        string[] grains = [.. keys.Select(k => BlobKey.Writer(k)?.Grain).OfType<string>().Distinct()];
        (HashSet<string> known, HashSet<(string, long)> open) = await store.RunAsync(
            async state =>
            {
                // Activations before rows: one that ends in between is then taken for open, and left for the next time.
                IReadOnlyList<OpenActivation> writing = grains.Length == 0
                    ? []
                    : await state.QueryAsync<OpenActivation>(BlobSql.OpenActivations, new { grains }).ConfigureAwait(false);
                IReadOnlyList<string> entered = await state.QueryAsync<string>(BlobSql.Known, new { keys }).ConfigureAwait(false);
                return (entered.ToHashSet(), writing.Select(a => (a.Grain, a.Epoch)).ToHashSet());
            },
            cancellation).ConfigureAwait(false);
        int swept = 0;
        foreach (BlobEntry entry in page)
        {
            if (known.Contains(entry.Key)) continue;
            bool mayCome = BlobKey.Writer(entry.Key) is { } writer
                ? open.Contains((writer.Grain, writer.Epoch))
                : DateTimeOffset.UtcNow - entry.Modified < uploadAge;
            if (mayCome) continue;
            await blobs.DeleteAsync(entry.Key, cancellation).ConfigureAwait(false);
            swept++;
        }

        return swept;
    }

    private sealed record OpenActivation
    {
        public required string Grain { get; init; }

        public long Epoch { get; init; }
    }
}
