using Vgpnn.Grains.Scheduling;

namespace Vgpnn.Silo.Hosting;

/// <summary>
/// What an orchestrator asks. Startup: has the node come up. Ready: does it take work. Live: is the process worth keeping,
/// which has nothing to do with the database: restarting every node is no cure for a database that is away.
/// </summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan BlobTroubleLasts = TimeSpan.FromMinutes(1);

    public static void MapHealth(this WebApplication app)
    {
        NodeLife? life = app.Services.GetService<NodeLife>();
        TurnRunner? runner = app.Services.GetService<TurnRunner>();
        IHostApplicationLifetime lifetime = app.Lifetime;

        app.MapGet("/health/startup", () => Answer(lifetime.ApplicationStarted.IsCancellationRequested, "started", "starting"));
        app.MapGet("/health/live", () => Answer(true, "live", ""));
        app.MapGet("/health/ready", () =>
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested) return Answer(false, "", "draining");
            if (life is { MayAdmit: false }) return Answer(false, "", "the database does not answer");
            return Answer(true, runner?.SinceBlobFailure < BlobTroubleLasts ? "degraded: blobs" : "ready", "");
        });
    }

    private static IResult Answer(bool well, string yes, string no) =>
        Results.Text(well ? yes : no, statusCode: well ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}
