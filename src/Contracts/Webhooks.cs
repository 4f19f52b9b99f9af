namespace Vgpnn.Contracts;

/// <summary>What a tenant's webhooks are signed with.</summary>
/// <param name="Secret"><c>whsec_</c> and 32 bytes in Base64.</param>
public sealed record WebhookSecret(string Secret);
