namespace Vgpnn.Grains.State.Sql;

internal static class TenantSql
{
    public const string Insert =
        """
        INSERT INTO tenants (tenant_id, name, weight, max_running, max_queued, max_bytes, max_voxels, retention_hours, requests_per_minute, created_at)
        VALUES (@tenant, @name, @Weight, @MaxRunning, @MaxQueued, @MaxBytes, @MaxVoxels, @RetentionHours, @RequestsPerMinute, {now})
        """;

    public const string SetLimits =
        """
        UPDATE tenants SET weight = @Weight, max_running = @MaxRunning, max_queued = @MaxQueued, max_bytes = @MaxBytes, max_voxels = @MaxVoxels,
            retention_hours = @RetentionHours, requests_per_minute = @RequestsPerMinute
        WHERE tenant_id = @tenant
        """;

    private const string Columns =
        """
        tenant_id, name, queued, running, bytes_stored, weight, max_running, max_queued, max_bytes, max_voxels, retention_hours, requests_per_minute
        """;

    public const string Status = $"SELECT {Columns} FROM tenants WHERE tenant_id = @tenant";

    public const string All = $"SELECT {Columns} FROM tenants ORDER BY tenant_id";

    /// <summary>The first lock of every turn that changes what a tenant has.</summary>
    public const string Lock =
        "SELECT tenant_id, max_queued, max_bytes, max_voxels, queued, running, bytes_stored FROM tenants WHERE tenant_id = @tenant {lock}";

    public const string Count =
        """
        UPDATE tenants SET queued = queued + @queued, running = running + @running, bytes_stored = bytes_stored + @bytes
        WHERE tenant_id = @tenant
        """;

    public const string LockAdmission = "SELECT virtual_time FROM admission WHERE only_row = 1 {lock}";

    public const string AdvanceAdmission = "UPDATE admission SET virtual_time = @time WHERE only_row = 1";

    /// <summary>
    /// Tenants with work that this node may take, those first that are behind in their share. A tenant that had nothing to
    /// do saved nothing up: it starts where the others are.
    /// </summary>
    public const string Waiting =
        """
        SELECT t.tenant_id, t.weight, CASE WHEN t.pass > @time THEN t.pass ELSE @time END AS pass
        FROM tenants t
        WHERE t.queued > 0 AND t.running < t.max_running AND EXISTS (
            SELECT 1 FROM turns r
            WHERE r.tenant_id = t.tenant_id AND r.state = 'ready' AND r.not_before <= {now} AND r.protocol <= @protocol AND r.engine_class IN @classes)
        ORDER BY 3, t.admitted_at, t.tenant_id
        LIMIT @limit
        """;

    /// <summary>Whether any tenant has such work; asked without the lock that admissions take turns at.</summary>
    public const string AnyWaiting =
        """
        SELECT CASE WHEN EXISTS (
            SELECT 1 FROM tenants t JOIN turns r ON r.tenant_id = t.tenant_id
            WHERE t.queued > 0 AND t.running < t.max_running
                AND r.state = 'ready' AND r.not_before <= {now} AND r.protocol <= @protocol AND r.engine_class IN @classes) THEN 1 ELSE 0 END
        """;

    public const string Admitted =
        """
        UPDATE tenants SET queued = queued - 1, running = running + 1, pass = @pass, admitted_at = {now}
        WHERE tenant_id = @tenant
        """;
}
