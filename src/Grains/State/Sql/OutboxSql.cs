namespace Vgpnn.Grains.State.Sql;

internal static class OutboxSql
{
    /// <summary>A request that is finished tells so, where it was asked to; the id is the request's own, so that it is told once.</summary>
    public const string Finished =
        """
        INSERT INTO outbox (delivery_id, tenant_id, request_id, url, body, state, next_at, created_at)
        SELECT 'msg_' || request_id, tenant_id, request_id, webhook,
            '{"type":"request.finished","request":"' || request_id || '","samples":' || samples || ',"succeeded":' || succeeded
                || ',"failed":' || failed || ',"cancelled":' || cancelled || '}',
            'due', {now}, {now}
        FROM requests WHERE request_id = @request AND webhook IS NOT NULL
        """;

    /// <summary>Takes one that is due; should its sender die, it is due again later.</summary>
    public const string Take =
        """
        UPDATE outbox SET attempts = attempts + 1, next_at = {now} + @hold
        WHERE state = 'due' AND next_at <= {now} AND delivery_id = (
            SELECT delivery_id FROM outbox WHERE state = 'due' AND next_at <= {now} ORDER BY next_at LIMIT 1)
        RETURNING delivery_id, tenant_id, url, body, attempts
        """;

    public const string Secret = "SELECT webhook_secret FROM tenants WHERE tenant_id = @tenant";

    public const string SetSecret = "UPDATE tenants SET webhook_secret = @secret WHERE tenant_id = @tenant AND webhook_secret IS NULL";

    public const string Sent = "UPDATE outbox SET state = 'sent', last_error = NULL WHERE delivery_id = @id";

    public const string Again = "UPDATE outbox SET next_at = {now} + @delay, last_error = @error WHERE delivery_id = @id AND state = 'due'";

    public const string GiveUp = "UPDATE outbox SET state = 'given-up', last_error = @error WHERE delivery_id = @id";

    public const string Prune = "DELETE FROM outbox WHERE state <> 'due' AND created_at < {now} - @age";
}
