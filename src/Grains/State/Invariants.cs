namespace Vgpnn.Grains.State;

/// <summary>What holds of the state between any two transactions, beyond what the tables' own checks say.</summary>
public static class Invariants
{
    private static readonly (string Name, string Violations)[] All =
    [
        ("no running turn without an open activation of the same epoch and node",
            """
            SELECT t.grain FROM turns t WHERE t.state = 'running' AND NOT EXISTS (
                SELECT 1 FROM activations a WHERE a.grain = t.grain AND a.epoch = t.epoch AND a.node = t.node AND a.ended_at IS NULL)
            """),
        ("no open activation without a running turn of the same epoch",
            """
            SELECT a.grain FROM activations a WHERE a.ended_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM turns t WHERE t.grain = a.grain AND t.epoch = a.epoch AND t.state = 'running')
            """),
        ("a sample runs exactly when its turn does",
            """
            SELECT s.request_id FROM samples s WHERE s.state = 'running' AND NOT EXISTS (
                SELECT 1 FROM turns t WHERE t.state = 'running' AND t.grain = 'sample/' || s.request_id || '/' || substr('0000000' || s.sample_index, length('0000000' || s.sample_index) - 6))
            """),
        ("a sample waits or runs exactly when it has a turn",
            """
            SELECT s.request_id FROM samples s WHERE (s.state IN ('queued', 'running')) <> EXISTS (
                SELECT 1 FROM turns t WHERE t.grain = 'sample/' || s.request_id || '/' || substr('0000000' || s.sample_index, length('0000000' || s.sample_index) - 6))
            """),
        ("one activation made a result",
            "SELECT grain FROM activations WHERE outcome = 'done' GROUP BY grain HAVING count(*) > 1"),
        ("a node runs no more than its memory holds",
            """
            SELECT n.node FROM nodes n JOIN activations a ON a.node = n.node AND a.ended_at IS NULL
            GROUP BY n.node, n.memory, n.slots HAVING sum(a.bytes) > n.memory OR count(*) > n.slots
            """),
        ("what a sample points at is a blob that lives",
            """
            SELECT s.request_id FROM samples s WHERE s.video_key IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM blobs b WHERE b.blob_key = s.video_key AND b.dead_at IS NULL)
            UNION ALL
            SELECT s.request_id FROM samples s WHERE s.checkpoint_key IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM blobs b WHERE b.blob_key = s.checkpoint_key AND b.dead_at IS NULL)
            UNION ALL
            SELECT s.request_id FROM samples s WHERE s.preview_key IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM blobs b WHERE b.blob_key = s.preview_key AND b.dead_at IS NULL)
            """),
        ("a request counts its samples",
            """
            SELECT r.request_id FROM requests r WHERE r.state = 'active' AND (
                r.succeeded <> (SELECT count(*) FROM samples s WHERE s.request_id = r.request_id AND s.state = 'succeeded')
                OR r.failed <> (SELECT count(*) FROM samples s WHERE s.request_id = r.request_id AND s.state = 'failed')
                OR r.cancelled <> (SELECT count(*) FROM samples s WHERE s.request_id = r.request_id AND s.state = 'cancelled'))
            """),
        ("a tenant's running turns are counted",
            "SELECT t.tenant_id FROM tenants t WHERE t.running <> (SELECT count(*) FROM turns r WHERE r.tenant_id = t.tenant_id AND r.state <> 'ready')"),
        ("a tenant's waiting samples are counted",
            """
            SELECT t.tenant_id FROM tenants t WHERE t.queued + t.running <>
                (SELECT coalesce(sum(r.samples - r.succeeded - r.failed - r.cancelled), 0) FROM requests r WHERE r.tenant_id = t.tenant_id)
                + (SELECT count(*) FROM turns v WHERE v.tenant_id = t.tenant_id AND v.grain LIKE 'video/%')
            """),
        ("a tenant's bytes are counted",
            """
            SELECT t.tenant_id FROM tenants t WHERE t.bytes_stored <>
                (SELECT coalesce(sum(b.bytes), 0) FROM blobs b WHERE b.tenant_id = t.tenant_id AND b.dead_at IS NULL)
            """),
    ];

    /// <summary>What is violated now: the names of the rules, each with where. Empty when all is well.</summary>
    public static Task<IReadOnlyList<string>> ViolationsAsync(StateStore store, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.RunAsync<IReadOnlyList<string>>(
            async state =>
            {
                // All rules look at the same moment.
                if (store is PostgresStore) await state.ExecuteAsync("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").ConfigureAwait(false);
                var violations = new List<string>();
                foreach ((string name, string sql) in All)
                {
                    violations.AddRange((await state.QueryAsync<string>(sql).ConfigureAwait(false)).Select(where => $"{name}: {where}"));
                }

                return violations;
            },
            cancellation);
    }
}
