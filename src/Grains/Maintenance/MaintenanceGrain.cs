using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Placement;

namespace Vgpnn.Grains.Maintenance;

/// <inheritdoc cref="IMaintenanceGrain"/>
[Reentrant, PreferredRole("api")]
internal sealed partial class MaintenanceGrain(BlobSweeper sweeper, ILogger<MaintenanceGrain> log) : Grain, IMaintenanceGrain
{
    private const int Page = 200;
    private const long Hour = 3_600_000;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);

    private bool _running;
    private long _swept = Stopwatch.GetTimestamp();

    public async Task Run()
    {
        if (_running) return;
        CallerContext.ActForCluster();
        _running = true;
        try
        {
            int deleted = 0;
            await foreach (PlacedRow tenant in RowsAsync(GrainFactory.Tenants(), new CatalogQuery { Limit = Page }))
            {
                try
                {
                    deleted += await TendAsync(tenant.Row.Id);
                }
                catch (Exception e)
                {
                    LogFailed(log, tenant.Row.Id, e.Message);
                }
            }

            if (deleted > 0) LogDeleted(log, deleted);
            if (Stopwatch.GetElapsedTime(_swept) < SweepInterval) return;
            _swept = Stopwatch.GetTimestamp();

            // Listing takes as long as there are blobs: not on the grain's scheduler.
            int swept = await Task.Run(() => sweeper.RunAsync(CancellationToken.None));
            if (swept > 0) LogSwept(log, swept);
        }
        finally
        {
            _running = false;
        }
    }

    internal static async IAsyncEnumerable<PlacedRow> RowsAsync(ICatalogGrain catalog, CatalogQuery query)
    {
        for (CatalogPage page = await catalog.List(query); ; page = await catalog.List(query with { Before = page.Next }))
        {
            foreach (PlacedRow row in page.Rows) yield return row;
            if (!page.More) yield break;
        }
    }

    /// <summary>Has a tenant finish what it left half done, and deletes what it wants kept no longer.</summary>
    private async Task<int> TendAsync(string tenant)
    {
        ITenantGrain grain = GrainFactory.Tenant(tenant);
        await grain.Tend();
        int hours = (await grain.Get()).Limits.RetentionHours;
        if (hours == 0) return 0;
        int deleted = 0;
        var expired = new CatalogQuery { Limit = Page, EndedBefore = UnixTime.Now - (hours * Hour) };
        await foreach (PlacedRow row in RowsAsync(GrainFactory.Catalog(tenant, CatalogKinds.Requests), expired))
            deleted += await TryAsync(() => GrainFactory.Request(tenant, row.Row.Id).Delete());
        await foreach (PlacedRow row in RowsAsync(GrainFactory.Catalog(tenant, CatalogKinds.Videos), expired))
            deleted += await TryAsync(() => GrainFactory.Video(tenant, row.Row.Id).Delete());
        return deleted;
    }

    // The owner may have been quicker.
    private static async Task<int> TryAsync(Func<Task> delete)
    {
        try
        {
            await delete();
            return 1;
        }
        catch (GrainException e) when (e.Code == "not-found")
        {
            return 0;
        }
    }

    [LoggerMessage(351, LogLevel.Information, "Deleted {Count} expired requests and videos")]
    private static partial void LogDeleted(ILogger log, int count);

    [LoggerMessage(352, LogLevel.Information, "Deleted {Count} orphaned blobs")]
    private static partial void LogSwept(ILogger log, int count);

    [LoggerMessage(353, LogLevel.Warning, "Maintenance of tenant {Tenant} failed and is repeated: {Reason}")]
    private static partial void LogFailed(ILogger log, string tenant, string reason);
}
