using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Sessions;

namespace Vgpnn.Silo.Api.Webhooks;

/// <summary>The secret with which receivers of webhooks check signatures.</summary>
internal static class WebhookEndpoints
{
    public static void MapWebhooks(this RouteGroupBuilder group) =>
        group.MapGet("/webhook-secret", GetAsync).Needs(KeyScope.Write).WithName("getWebhookSecret")
            .WithSummary("Get the secret that signs the tenant's webhooks, as in Standard Webhooks.");

    private static async Task<Ok<WebhookSecret>> GetAsync(HttpContext context, IGrainFactory grains) =>
        TypedResults.Ok(new WebhookSecret(await grains.Tenant(context.Caller().Tenant).WebhookSecret()));
}
