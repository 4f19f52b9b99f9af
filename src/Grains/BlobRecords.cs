using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains;

/// <summary>The state's side of blobs: a blob is there once it has a row, and gone once the row is marked dead.</summary>
internal static class BlobRecords
{
    public static async Task AddAsync(StateTransaction state, string tenant, string owner, BlobInfo blob)
    {
        await state.ExecuteAsync(BlobSql.Insert, new { blob.Key, tenant, owner, blob.Bytes, blob.Sha256 }).ConfigureAwait(false);
        await TenantGrain.CountAsync(state, tenant, bytes: blob.Bytes).ConfigureAwait(false);
    }

    public static async Task KillAsync(StateTransaction state, string tenant, string? key)
    {
        if (key is null) return;
        long bytes = await state.ScalarAsync<long>(BlobSql.SizeOf, new { tenant, key }).ConfigureAwait(false);
        await state.ExecuteAsync(BlobSql.Kill, new { tenant, key }).ConfigureAwait(false);
        await TenantGrain.CountAsync(state, tenant, bytes: -bytes).ConfigureAwait(false);
    }

    public static async Task KillOwnedAsync(StateTransaction state, string tenant, string owner)
    {
        long bytes = await state.ScalarAsync<long>(BlobSql.SizeOfOwner, new { tenant, owner }).ConfigureAwait(false);
        await state.ExecuteAsync(BlobSql.KillOwner, new { tenant, owner }).ConfigureAwait(false);
        await TenantGrain.CountAsync(state, tenant, bytes: -bytes).ConfigureAwait(false);
    }

    /// <summary>What a reader must find under a key; null where there is no such blob of this tenant.</summary>
    public static Task<BlobInfo?> FindAsync(StateTransaction state, string tenant, string key) =>
        state.FindAsync<BlobInfo>(BlobSql.Find, new { tenant, key });

    public static string OwnedBy(GrainKey grain) => grain.Kind == GrainKind.Video ? $"video/{grain.Id}" : $"request/{grain.Id}";
}
