namespace Vgpnn.Grains.State.Sql;

internal static class BlobSql
{
    public const string Insert =
        """
        INSERT INTO blobs (blob_key, tenant_id, owner, bytes, sha256, created_at)
        VALUES (@Key, @tenant, @owner, @Bytes, @Sha256, {now})
        """;

    public const string Find = "SELECT blob_key AS key, bytes, sha256 FROM blobs WHERE blob_key = @key AND tenant_id = @tenant AND dead_at IS NULL";

    public const string SizeOf =
        "SELECT coalesce(sum(bytes), 0) FROM blobs WHERE tenant_id = @tenant AND blob_key = @key AND dead_at IS NULL";

    public const string Kill = "UPDATE blobs SET dead_at = {now} WHERE tenant_id = @tenant AND blob_key = @key AND dead_at IS NULL";

    public const string SizeOfOwner =
        "SELECT coalesce(sum(bytes), 0) FROM blobs WHERE tenant_id = @tenant AND owner = @owner AND dead_at IS NULL";

    public const string KillOwner = "UPDATE blobs SET dead_at = {now} WHERE tenant_id = @tenant AND owner = @owner AND dead_at IS NULL";

    public const string Dead = "SELECT blob_key FROM blobs WHERE dead_at IS NOT NULL ORDER BY blob_key LIMIT @limit";

    public const string Forget = "DELETE FROM blobs WHERE blob_key = @key AND dead_at IS NOT NULL";

    /// <summary>Of some keys those that have a row.</summary>
    public const string Known = "SELECT blob_key FROM blobs WHERE blob_key IN @keys";

    public const string OpenActivations = "SELECT grain, epoch FROM activations WHERE ended_at IS NULL AND grain IN @grains";
}
