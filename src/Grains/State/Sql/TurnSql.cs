namespace Vgpnn.Grains.State.Sql;

internal static class TurnSql
{
    public const string Insert =
        """
        INSERT INTO turns (grain, tenant_id, state, engine_class, protocol, priority, bytes, device_bytes, charge, affinity, trace_parent, ready_at)
        VALUES (@grain, @tenant, 'ready', @engineClass, @protocol, @priority, @bytes, @deviceBytes, @charge, @affinity, @trace, {now})
        """;

    private const string Columns = "grain, tenant_id, state, epoch, node, bytes, device_bytes, attempts, trace_parent, engine_class, {now} - ready_at AS waited";

    public const string Peek = $"SELECT {Columns} FROM turns WHERE grain = @grain";

    public const string Lock = $"SELECT {Columns} FROM turns WHERE grain = @grain {{lock}}";

    /// <summary>The fence: the row is there only as long as the activation is the grain's.</summary>
    public const string Fence =
        "SELECT attempts FROM turns WHERE grain = @grain AND epoch = @epoch AND state = 'running' {lock}";

    public const string Candidates =
        """
        SELECT grain, bytes, device_bytes, charge, affinity, {now} - ready_at AS waited, engine_class
        FROM turns
        WHERE tenant_id = @tenant AND state = 'ready' AND not_before <= {now} AND protocol <= @protocol AND engine_class IN @classes
        ORDER BY priority, grain
        LIMIT @limit
        """;

    public const string Admit = "UPDATE turns SET state = 'admitted', node = @node WHERE grain = @grain AND state = 'ready'";

    public const string Run = "UPDATE turns SET state = 'running', node = @node, epoch = @epoch WHERE grain = @grain";

    public const string MakeReady =
        """
        UPDATE turns SET state = 'ready', node = NULL, attempts = attempts + @attempts, not_before = {now} + @delay, ready_at = {now}
        WHERE grain = @grain
        """;

    public const string Delete = "DELETE FROM turns WHERE grain = @grain";

    public const string LastEpoch = "SELECT coalesce(max(epoch), 0) FROM activations WHERE grain = @grain";

    public const string BeginActivation =
        """
        INSERT INTO activations (grain, epoch, tenant_id, node, bytes, started_at)
        VALUES (@grain, @epoch, @tenant, @node, @bytes, {now})
        """;

    public const string EndActivation =
        "UPDATE activations SET ended_at = {now}, outcome = @outcome WHERE grain = @grain AND ended_at IS NULL";

    /// <summary>The open activation is lost, and not yet ended.</summary>
    public const string Crashes = "SELECT count(*) FROM activations WHERE grain = @grain AND (outcome = 'crashed' OR ended_at IS NULL)";

    /// <summary>Those of them in which nothing else was lost: a node's id is that of one process.</summary>
    public const string CrashesAlone =
        """
        SELECT count(*) FROM activations a
        WHERE a.grain = @grain AND (a.outcome = 'crashed' OR a.ended_at IS NULL) AND NOT EXISTS (
            SELECT 1 FROM activations b WHERE b.node = a.node AND b.grain <> a.grain AND (b.outcome = 'crashed' OR b.ended_at IS NULL))
        """;

    public const string Outcome = "SELECT outcome FROM activations WHERE grain = @grain AND epoch = @epoch";

    /// <summary>One that was thought dead says for itself that it lived: its process is no witness against the grain.</summary>
    public const string Survived =
        "UPDATE activations SET outcome = 'fenced' WHERE grain = @grain AND epoch = @epoch AND node = @node AND outcome = 'crashed'";

    public const string OthersWait =
        """
        SELECT CASE WHEN EXISTS (
            SELECT 1 FROM turns WHERE tenant_id <> @tenant AND state = 'ready' AND not_before <= {now}) THEN 1 ELSE 0 END
        """;

    /// <summary>Turns of nodes that have not been heard of for a time, or are no more.</summary>
    public const string Orphans =
        """
        SELECT t.grain, t.tenant_id, t.state, t.epoch, t.node, t.bytes, t.attempts
        FROM turns t LEFT JOIN nodes n ON n.node = t.node
        WHERE t.state <> 'ready' AND t.node <> @node AND (n.node IS NULL OR n.seen_at < {now} - @silent)
        """;

    /// <summary>Turns that wait ahead of the first one of a request, which begins here and ends there.</summary>
    public const string Ahead =
        """
        SELECT (SELECT count(*) FROM turns o WHERE o.tenant_id = @tenant AND o.state = 'ready'
            AND (o.priority < f.priority OR (o.priority = f.priority AND o.grain < f.grain)))
        FROM turns f
        WHERE f.tenant_id = @tenant AND f.state = 'ready' AND f.grain >= @from AND f.grain < @to
        ORDER BY f.priority, f.grain LIMIT 1
        """;

    /// <summary>What waits, of every tenant and engine: turns that are ready, and samples that have no rows yet.</summary>
    public const string Depths =
        """
        SELECT t.name AS tenant_name, w.engine_class, sum(w.waiting) AS waiting, max(w.oldest) AS oldest
        FROM (
            SELECT tenant_id, engine_class, 1 AS waiting, CASE WHEN not_before <= {now} THEN {now} - ready_at ELSE 0 END AS oldest
            FROM turns WHERE state = 'ready'
            UNION ALL
            SELECT tenant_id, engine_class, samples - fanned_out, 0 FROM requests WHERE state = 'active') w
        JOIN tenants t ON t.tenant_id = w.tenant_id
        GROUP BY t.name, w.engine_class
        """;

    public const string OfNode = $"SELECT {Columns} FROM turns WHERE node = @node AND state <> 'ready'";
}
