namespace Vgpnn.Contracts;

/// <summary>A key that is exchanged for a session of a browser.</summary>
/// <param name="Key">The key, or what an address that <c>serve</c> printed holds after its <c>#enter=</c>, which is good for once.</param>
public sealed record SessionDraft(string Key);

/// <summary>Who the caller is.</summary>
/// <param name="Tenant">The tenant's name.</param>
/// <param name="Scopes">What the caller may do.</param>
/// <param name="Expires">When the session ends; null: the caller gave a key.</param>
public sealed record Session(string Tenant, IReadOnlyList<KeyScope> Scopes, DateTimeOffset? Expires = null);
