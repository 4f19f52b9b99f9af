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
        app.MapGet("/health/startup", () => Answer(lifetime.ApplicationStarted.IsCancellationRequested, "started", "starting"));
        app.MapGet("/health/live", () => Answer(true, "live", ""));
        app.MapGet("/health/ready", () =>
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested) return Answer(false, "", "draining");
            if (worker is { IsReady: false }) return Answer(false, "", "the dispatcher does not answer");
            return Answer(true, worker?.SinceBlobFailure < BlobFailureLasts ? "degraded: blobs" : "ready", "");
        });
    }

    private static IResult Answer(bool well, string yes, string no) =>
        Results.Text(well ? yes : no, statusCode: well ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}
