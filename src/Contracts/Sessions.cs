namespace Vgpnn.Contracts;

/// <summary>A key to exchange for a browser session.</summary>
/// <param name="Key">An API key, or the one-time code after <c>#enter=</c> in the sign-in link that <c>serve</c> prints.</param>
public sealed record SessionDraft(string Key);

/// <summary>The caller's identity.</summary>
/// <param name="Tenant">Name of the tenant.</param>
/// <param name="Scopes">Permissions of the caller.</param>
/// <param name="Expires">Time when the session ends; <c>null</c> for calls with an API key.</param>
public sealed record Session(string Tenant, IReadOnlyList<KeyScope> Scopes, DateTimeOffset? Expires = null);
