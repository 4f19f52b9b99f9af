using Vgpnn.Grains;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Maintenance;
using Vgpnn.Grains.Webhooks;
using Vgpnn.Silo.Hosting.Webhooks;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Hosting.Clustering;

/// <summary>The services that grains ask for.</summary>
internal static class GrainParts
{
    /// <summary>What grains are made with, on any silo.</summary>
    public static void AddGrainParts(this IServiceCollection services, SiloSettings settings)
    {
        services.AddSingleton(new GrainSettings
        {
            MaxCrashes = settings.MaxCrashes,
            Lease = settings.Lease,

            // With SQLite there is no other process that could still run something.
            DispatcherGrace = settings.Storage.Length == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(1.5),
        });
        services.AddSingleton<IWebhookSender>(_ => new WebhookSender(settings.InsecureWebhooks) { IsAllowed = settings.IsNotifier });
        services.AddSingleton<BlobSweeper>();
        services.AddSingleton<IIncomingGrainCallFilter, TenantWall>();
    }
}
