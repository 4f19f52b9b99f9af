using Vgpnn.Contracts;
using Vgpnn.Silo.Api.Keys;

namespace Vgpnn.Silo.Api.Sessions;

/// <summary>The caller, known from the key or the session alone, never from anything else in the request.</summary>
/// <param name="Holder">The key's holder.</param>
/// <param name="Session">The session; <c>null</c>: the caller sent the key itself.</param>
internal sealed record Caller(KeyHolder Holder, SessionTicket? Session)
{
    public string Tenant => Holder.TenantId;

    public IReadOnlyList<KeyScope> Scopes { get; } =
        [.. Holder.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => Enum.Parse<KeyScope>(s, ignoreCase: true))];

    public bool May(KeyScope scope) => Scopes.Contains(scope);

    /// <summary>Whether the key, and the session, are valid still.</summary>
    public async Task<bool> IsValidAsync(ApiKeys keys, CancellationToken cancellation) => Session is { } session
        ? await keys.HolderAsync(session.KeyId, session.SessionId, session.Began, cancellation) is not null && session.Expires > DateTimeOffset.UtcNow
        : await keys.IsValidAsync(Holder.KeyId, cancellation);

    /// <summary>When something is deleted by the tenant's retention time; <c>null</c>: never.</summary>
    /// <param name="since">The time from which it counts, in milliseconds since 1970; <c>null</c>: it does not count yet.</param>
    public DateTimeOffset? Expiry(long? since) =>
        since is { } start && Holder.RetentionHours > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(start).AddHours(Holder.RetentionHours) : null;
}

/// <summary>The scope that an endpoint asks of its caller; endpoints without it are open.</summary>
internal sealed record Needs(KeyScope Scope);

internal static class CallerExtensions
{
    private static readonly object Key = new();

    public static Caller Caller(this HttpContext context) => (Caller)context.Items[Key]!;

    /// <summary>The caller; <c>null</c>: the endpoint is open, or the caller is not known yet.</summary>
    public static Caller? FindCaller(this HttpContext context) => context.Items.TryGetValue(Key, out object? caller) ? (Caller?)caller : null;

    public static void SetCaller(this HttpContext context, Caller caller) => context.Items[Key] = caller;

    public static TBuilder Needs<TBuilder>(this TBuilder builder, KeyScope scope)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Needs(scope));
}
