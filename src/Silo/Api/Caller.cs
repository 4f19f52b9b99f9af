using Vgpnn.Contracts;
using Vgpnn.Grains.Keys;

namespace Vgpnn.Silo.Api;

/// <summary>Who calls: known from the key or the session alone, never from anything else in the request.</summary>
/// <param name="Holder">The key's holder.</param>
/// <param name="Credential">The key or session that was shown.</param>
internal sealed record Caller(KeyHolder Holder, KeyText Credential)
{
    public string Tenant => Holder.TenantId;

    public IReadOnlyList<KeyScope> Scopes { get; } =
        [.. Holder.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => Enum.Parse<KeyScope>(s, ignoreCase: true))];

    public bool May(KeyScope scope) => Scopes.Contains(scope);
}

/// <summary>What an endpoint asks of its caller; endpoints without it are open.</summary>
/// <param name="Scope">The scope.</param>
internal sealed record Needs(KeyScope Scope);

internal static class CallerExtensions
{
    private static readonly object Key = new();

    public static Caller Caller(this HttpContext context) => (Caller)context.Items[Key]!;

    public static Caller? CallerOrNull(this HttpContext context) => (Caller?)context.Items[Key];

    public static void SetCaller(this HttpContext context, Caller caller) => context.Items[Key] = caller;

    public static TBuilder Needs<TBuilder>(this TBuilder builder, KeyScope scope)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Needs(scope));
}
