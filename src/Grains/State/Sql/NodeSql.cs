namespace Vgpnn.Grains.State.Sql;

internal static class NodeSql
{
    public const string Now = "SELECT {now}";

    public const string Register =
        """
        INSERT INTO nodes (node, version, engine_classes, slots, memory, device_memory, started_at, seen_at)
        VALUES (@node, @version, @classes, @slots, @memory, @deviceMemory, {now}, {now})
        ON CONFLICT (node) DO UPDATE SET seen_at = excluded.seen_at, draining = FALSE
        """;

    public const string Beat = "UPDATE nodes SET seen_at = {now}, draining = @draining WHERE node = @node";

    public const string Running = "SELECT grain, epoch FROM turns WHERE node = @node AND state = 'running'";

    /// <summary>The memory of the largest device; null: no node has one, or said how large it is.</summary>
    public const string LargestDevice = "SELECT max(device_memory) FROM nodes WHERE device_memory > 0";

    public const string Remove = "DELETE FROM nodes WHERE node = @node";

    public const string RemoveSilent = "DELETE FROM nodes WHERE seen_at < {now} - @silent";

    public const string All =
        """
        SELECT node, version, slots, memory, draining, {now} - seen_at AS silent,
            (SELECT count(*) FROM turns t WHERE t.node = nodes.node AND t.state = 'running') AS running
        FROM nodes ORDER BY node
        """;

    /// <summary>What failed last, of all tenants.</summary>
    public const string Failures =
        """
        SELECT t.name AS tenant_name, f.what, f.error_code, coalesce(f.error, '') AS error
        FROM (
            SELECT tenant_id, 'request/' || request_id || '/' || sample_index AS what, error_code, error, changed_at FROM samples WHERE state = 'failed'
            UNION ALL
            SELECT tenant_id, 'video/' || video_id AS what, error_code, error, changed_at FROM videos WHERE state = 'failed') f
        JOIN tenants t ON t.tenant_id = f.tenant_id
        ORDER BY f.changed_at DESC LIMIT @limit
        """;
}
