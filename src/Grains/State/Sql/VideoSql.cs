namespace Vgpnn.Grains.State.Sql;

internal static class VideoSql
{
    private const string Columns =
        """
        video_id, content_hash, name, state, frames, height, width, frame_rate, original_key, thumbnail_key, error_code, error,
        notices, created_at, changed_at,
        (SELECT CASE WHEN t.retention_hours > 0 THEN videos.created_at + (t.retention_hours * CAST(3600000 AS bigint)) END
            FROM tenants t WHERE t.tenant_id = videos.tenant_id) AS expires_at,
        coalesce((SELECT bytes FROM blobs b WHERE b.blob_key = videos.original_key), 0) AS bytes
        """;

    public const string Insert =
        """
        INSERT INTO videos (video_id, tenant_id, content_hash, name, state, original_key, created_at, changed_at)
        VALUES (@video, @tenant, @hash, @name, 'ingesting', @key, {now}, {now})
        """;

    public const string Find = $"SELECT {Columns} FROM videos WHERE video_id = @video AND tenant_id = @tenant AND state <> 'deleted'";

    public const string Expired =
        """
        SELECT v.tenant_id, v.video_id AS id FROM videos v JOIN tenants t ON t.tenant_id = v.tenant_id
        WHERE v.state <> 'deleted' AND t.retention_hours > 0 AND v.created_at < {now} - (t.retention_hours * CAST(3600000 AS bigint))
        ORDER BY v.created_at LIMIT @limit
        """;

    public const string FindAny = $"SELECT {Columns} FROM videos WHERE video_id = @video AND tenant_id = @tenant";

    public const string FindContent =
        $"SELECT {Columns} FROM videos WHERE tenant_id = @tenant AND content_hash = @hash AND state IN ('ingesting', 'ready')";

    public const string All =
        $"SELECT {Columns} FROM videos WHERE tenant_id = @tenant AND state <> 'deleted' AND video_id < @before ORDER BY video_id DESC LIMIT @limit";

    /// <summary>Videos of a tenant that changed since a moment.</summary>
    public const string Changed =
        $"SELECT {Columns} FROM videos WHERE tenant_id = @tenant AND state <> 'deleted' AND changed_at >= @since ORDER BY changed_at LIMIT @limit";

    /// <summary>A request goes on reading a video that its owner deleted in the meantime.</summary>
    public const string OfRequest =
        """
        SELECT i.role, v.video_id, v.original_key
        FROM request_inputs i JOIN videos v ON v.video_id = i.video_id
        WHERE i.request_id = @request
        ORDER BY i.position
        """;

    public const string Ready =
        """
        UPDATE videos SET state = 'ready', frames = @frames, height = @height, width = @width, frame_rate = @frameRate,
            thumbnail_key = @thumbnail, notices = @notices, changed_at = {now}
        WHERE video_id = @video
        """;

    public const string Fail = "UPDATE videos SET state = 'failed', error_code = @code, error = @error, changed_at = {now} WHERE video_id = @video AND state = 'ingesting'";

    public const string Delete = "UPDATE videos SET state = 'deleted', changed_at = {now} WHERE video_id = @video AND tenant_id = @tenant";

    public const string InUse =
        """
        SELECT count(*) FROM request_inputs i JOIN requests r ON r.request_id = i.request_id
        WHERE i.video_id = @video AND r.state = 'active'
        """;

    /// <summary>Videos that only waited for this request to finish before they can go.</summary>
    public const string Released =
        """
        SELECT DISTINCT v.video_id
        FROM request_inputs i JOIN videos v ON v.video_id = i.video_id
        WHERE i.request_id = @request AND v.state = 'deleted' AND NOT EXISTS (
            SELECT 1 FROM request_inputs j JOIN requests r ON r.request_id = j.request_id
            WHERE j.video_id = v.video_id AND r.state = 'active')
        """;
}
