namespace Vgpnn.Grains.State.Sql;

internal static class KeySql
{
    public const string Insert =
        """
        INSERT INTO api_keys (key_id, tenant_id, hash, scopes, name, created_at) VALUES (@id, @tenant, @hash, @scopes, @name, {now})
        """;

    public const string Living = "SELECT count(*) FROM api_keys WHERE tenant_id = @tenant AND revoked_at IS NULL";

    public const string Any = "SELECT CASE WHEN EXISTS (SELECT 1 FROM api_keys WHERE revoked_at IS NULL) THEN 1 ELSE 0 END";

    public const string All = "SELECT key_id, name, scopes, created_at, last_used_at, revoked_at FROM api_keys WHERE tenant_id = @tenant ORDER BY created_at, key_id";

    public const string Find =
        """
        SELECT k.key_id, k.tenant_id, t.name AS tenant_name, t.requests_per_minute, k.hash, k.scopes
        FROM api_keys k JOIN tenants t ON t.tenant_id = k.tenant_id
        WHERE k.key_id = @id AND k.revoked_at IS NULL
        """;

    /// <summary>Written at most once a minute: who looks does not need to know it to the second.</summary>
    public const string Used =
        "UPDATE api_keys SET last_used_at = {now} WHERE key_id = @id AND (last_used_at IS NULL OR last_used_at < {now} - 60000)";

    public const string Revoke = "UPDATE api_keys SET revoked_at = {now} WHERE key_id = @id AND tenant_id = @tenant AND revoked_at IS NULL";

    public const string EndSessionsOf = "DELETE FROM sessions WHERE key_id = @id";

    public const string InsertSession =
        """
        INSERT INTO sessions (session_id, tenant_id, key_id, hash, created_at, expires_at)
        VALUES (@id, @tenant, @key, @hash, {now}, {now} + @life)
        """;

    public const string FindSession =
        """
        SELECT k.key_id, k.tenant_id, t.name AS tenant_name, t.requests_per_minute, s.hash, k.scopes, s.expires_at
        FROM sessions s JOIN api_keys k ON k.key_id = s.key_id JOIN tenants t ON t.tenant_id = k.tenant_id
        WHERE s.session_id = @id AND s.expires_at > {now} AND k.revoked_at IS NULL
        """;

    public const string EndSession = "DELETE FROM sessions WHERE session_id = @id";

    public const string ExpireSessions = "DELETE FROM sessions WHERE expires_at <= {now}";
}
