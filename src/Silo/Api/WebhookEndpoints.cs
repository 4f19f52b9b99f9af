using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains;

namespace Vgpnn.Silo.Api;

/// <summary>What receivers of webhooks check signatures with.</summary>
internal static class WebhookEndpoints
{
    public static void MapWebhooks(this RouteGroupBuilder group) =>
        group.MapGet("/webhook-secret", GetAsync).Needs(KeyScope.Write).WithName("getWebhookSecret")
            .WithSummary("What the tenant's webhooks are signed with, as in Standard Webhooks.");

    private static async Task<Ok<WebhookSecret>> GetAsync(HttpContext context, Outbox outbox) =>
        TypedResults.Ok(new WebhookSecret(await outbox.SecretAsync(context.Caller().Tenant, context.RequestAborted)));
}
