namespace Vgpnn.Contracts;

/// <summary>The secret that signs a tenant's webhooks.</summary>
/// <param name="Secret"><c>whsec_</c> followed by 32 bytes in Base64.</param>
public sealed record WebhookSecret(string Secret);
