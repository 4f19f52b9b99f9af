using Vgpnn.Silo.Hosting.Jobs;

namespace Vgpnn.Silo.Hosting;

/// <summary>
/// What an orchestrator asks. Startup: has the silo come up. Ready: does it take work. Live: is the process worth keeping, which
/// has nothing to do with the storage: restarting every silo is no cure for a storage that is away.
/// </summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan BlobFailureLasts = TimeSpan.FromMinutes(1);

    public static void MapHealth(this WebApplication app)
    {
        Worker? worker = app.Services.GetService<Worker>();
        IHostApplicationLifetime lifetime = app.Lifetime;

        // Probes are not requests of clients: a silo that is draining answers them with 503, which is no error.
        RouteGroupBuilder health = app.MapGroup("/health").DisableHttpMetrics();
        health.MapGet("/startup", () => Answer(lifetime.ApplicationStarted.IsCancellationRequested, "started", "starting"));
        health.MapGet("/live", () => Answer(true, "live", ""));
        health.MapGet("/ready", () =>
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested) return Answer(false, "", "draining");
            if (worker is { IsReady: false }) return Answer(false, "", "the dispatcher does not answer");
            return Answer(true, worker?.SinceBlobFailure < BlobFailureLasts ? "degraded: blobs" : "ready", "");
        });
    }

    private static IResult Answer(bool well, string yes, string no) =>
        Results.Text(well ? yes : no, statusCode: well ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}
