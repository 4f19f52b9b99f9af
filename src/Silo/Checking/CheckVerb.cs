using Vgpnn.Grains.Maintenance;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Silo.Hosting.Clustering;
using Vgpnn.Silo.Hosting.Startup;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Checking;

/// <summary>
/// <c>silo check</c>: joins the cluster as a silo that hosts as little as possible, walks tenants, requests, samples and blobs, and
/// prints what does not agree. Meant for a cluster at rest: work under way is in between states.
/// </summary>
internal static class CheckVerb
{
    /// <summary>Checks the stored state.</summary>
    /// <returns>0: it is consistent; 1: it is not.</returns>
    public static async Task<int> RunAsync(WebApplicationBuilder builder, SiloSettings settings, TextWriter output)
    {
        StorageSetting storage = StorageSetting.Parse(settings.Storage, settings.Data);
        await Migrator.RequireAsync(storage);

        // A name that the other silos' placement does not prefer.
        SiloSettings own = settings with { Roles = "check", GatewayPort = 0, Name = $"check-{Environment.ProcessId}", Migrate = false };
        builder.AddCheckSilo(own);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        await using WebApplication app = builder.Build();
        await app.StartAsync();
        try
        {
            var check = new StateCheck(app.Services.GetRequiredService<IGrainFactory>(), app.Services.GetRequiredService<IBlobStore>());
            int problems = 0;
            await foreach (string problem in check.RunAsync())
            {
                problems++;
                await output.WriteLineAsync(problem);
            }

            await output.WriteLineAsync(problems == 0 ? $"consistent: {check.Summary}" : $"{problems} problems in {check.Summary}");
            return problems == 0 ? 0 : 1;
        }
        finally
        {
            await app.StopAsync();
        }
    }

    /// <summary>A silo that takes part in the cluster for the time of a check, and runs no jobs.</summary>
    private static void AddCheckSilo(this WebApplicationBuilder builder, SiloSettings settings)
    {
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<IBlobStore>(_ => BlobStores.Open(settings.Blobs));
        builder.Services.AddHostedService<Preparation>();
        builder.AddOrleans(settings);
        builder.Services.AddGrainParts(settings);
    }
}
