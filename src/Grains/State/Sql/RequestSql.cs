namespace Vgpnn.Grains.State.Sql;

internal static class RequestSql
{
    private const string Columns =
        """
        request_id, state, engine_class, seed, samples, succeeded, failed, cancelled, settings, levels, frames, height, width, bytes AS peak_bytes,
        created_at, finished_at, changed_at,
        (SELECT CASE WHEN t.retention_hours > 0 THEN requests.finished_at + (t.retention_hours * CAST(3600000 AS bigint)) END
            FROM tenants t WHERE t.tenant_id = requests.tenant_id) AS expires_at,
        (SELECT count(*) FROM samples s WHERE s.request_id = requests.request_id AND s.state = 'running') AS running
        """;

    public const string Insert =
        """
        INSERT INTO requests (request_id, tenant_id, state, settings, seed, samples, fanned_out, engine_class, protocol, bytes, device_bytes, charge,
            affinity, idempotency_key, idempotency_hash, levels, frames, height, width, webhook, trace_parent, created_at, changed_at)
        VALUES (@request, @tenant, 'active', @settings, @seed, @samples, 0, @engineClass, @protocol, @bytes, @deviceBytes, @charge,
            @affinity, @idempotencyKey, @idempotencyHash, @levels, @frames, @height, @width, @webhook, @trace, {now}, {now})
        """;

    /// <summary>Requests of a tenant that changed since a moment; one, or all.</summary>
    public const string Changed =
        $"""
        SELECT {Columns} FROM requests
        WHERE tenant_id = @tenant AND changed_at >= @since AND (@request IS NULL OR request_id = @request)
        ORDER BY changed_at LIMIT @limit
        """;

    public const string Expired =
        """
        SELECT r.tenant_id, r.request_id AS id FROM requests r JOIN tenants t ON t.tenant_id = r.tenant_id
        WHERE t.retention_hours > 0 AND r.finished_at < {now} - (t.retention_hours * CAST(3600000 AS bigint))
        ORDER BY r.finished_at LIMIT @limit
        """;

    public const string Inputs =
        """
        SELECT i.request_id, i.role, i.video_id, v.name, CASE WHEN v.state = 'deleted' THEN 1 ELSE 0 END AS deleted
        FROM request_inputs i JOIN videos v ON v.video_id = i.video_id
        WHERE i.tenant_id = @tenant AND i.request_id IN @requests
        ORDER BY i.request_id, i.position
        """;

    public const string InsertInput =
        """
        INSERT INTO request_inputs (request_id, position, tenant_id, role, video_id)
        VALUES (@request, @position, @tenant, @role, @video)
        """;

    public const string Idempotent =
        "SELECT request_id, idempotency_hash FROM requests WHERE tenant_id = @tenant AND idempotency_key = @key";

    public const string Find = $"SELECT {Columns} FROM requests WHERE request_id = @request AND tenant_id = @tenant";

    public const string Lock = $"SELECT {Columns} FROM requests WHERE request_id = @request AND tenant_id = @tenant {{lock}}";

    public const string All =
        $"SELECT {Columns} FROM requests WHERE tenant_id = @tenant AND request_id < @before ORDER BY request_id DESC LIMIT @limit";

    /// <summary>The next sample that has no row yet.</summary>
    public const string FanOut =
        """
        UPDATE requests SET fanned_out = fanned_out + 1
        WHERE request_id = @request AND state = 'active' AND fanned_out < samples
        RETURNING tenant_id, fanned_out - 1 AS sample_index, engine_class, protocol, bytes, device_bytes, charge, affinity, trace_parent
        """;

    /// <summary>Counts samples that came to their end, and finishes the request with the last of them.</summary>
    public const string Collect =
        """
        UPDATE requests SET succeeded = succeeded + @succeeded, failed = failed + @failed, cancelled = cancelled + @cancelled,
            state = CASE WHEN succeeded + failed + cancelled + @succeeded + @failed + @cancelled = samples THEN 'finished' ELSE state END,
            finished_at = CASE WHEN succeeded + failed + cancelled + @succeeded + @failed + @cancelled = samples THEN {now} END,
            changed_at = {now}
        WHERE request_id = @request
        RETURNING state
        """;

    public const string Work =
        "SELECT settings, seed, affinity, engine_class FROM requests WHERE request_id = @request";

    public const string Delete = "DELETE FROM requests WHERE request_id = @request AND tenant_id = @tenant";

    public const string DeleteActivations = "DELETE FROM activations WHERE tenant_id = @tenant AND grain >= @from AND grain < @to";
}
