using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Maintenance;

/// <summary>
/// Deletes blobs that nothing names: of attempts that were replaced, of uploads that broke off, of requests that were deleted
/// while a worker still wrote. A blob that was found in use is not looked at again.
/// </summary>
public sealed class BlobSweeper(IGrainFactory grains, IBlobStore blobs)
{
    private const int Batch = 64, MaxVerified = 1_000_000;

    /// <summary>Younger blobs are left alone: their names may be about to be stored.</summary>
    private static readonly TimeSpan Age = TimeSpan.FromHours(1), UploadAge = TimeSpan.FromHours(24);

    private readonly HashSet<string> _verified = new(StringComparer.Ordinal);

    /// <summary>The age from which a blob that nothing names is deleted.</summary>
    internal static TimeSpan LeastAge(BlobKind kind) => kind == BlobKind.Upload ? UploadAge : Age;

    /// <summary>Looks at all blobs once.</summary>
    /// <returns>Number of blobs deleted.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        CallerContext.ActForCluster();
        if (_verified.Count > MaxVerified) _verified.Clear();
        int deleted = 0;
        var batch = new List<(string Key, BlobOwner Owner)>();
        await foreach (BlobEntry entry in blobs.ListAsync("", cancellation))
        {
            if (_verified.Contains(entry.Key) || !BlobKeys.TryParse(entry.Key, out BlobOwner owner) || owner.Kind == BlobKind.Other) continue;
            if (DateTimeOffset.UtcNow - entry.Modified < LeastAge(owner.Kind)) continue;
            batch.Add((entry.Key, owner));
            if (batch.Count < Batch) continue;
            deleted += await SweepAsync(batch, cancellation);
            batch.Clear();
        }

        return deleted + await SweepAsync(batch, cancellation);
    }

    private async Task<int> SweepAsync(List<(string Key, BlobOwner Owner)> batch, CancellationToken cancellation)
    {
        int deleted = 0;
        foreach (IGrouping<(BlobKind, string, string, int?), (string Key, BlobOwner Owner)> group in batch
            .GroupBy(b => (b.Owner.Kind, b.Owner.Tenant, b.Owner.Kind == BlobKind.Upload ? "" : b.Owner.Id, b.Owner.Index)))
        {
            if (await TryNeededAsync(group.First().Owner) is not var (needed, open)) continue;
            foreach ((string key, BlobOwner its) in group)
            {
                if (needed.Contains(key))
                {
                    _verified.Add(key);
                }
                else if (open is null || its.Attempt != open)
                {
                    await blobs.DeleteAsync(key, cancellation);
                    deleted++;
                }
            }
        }

        return deleted;
    }

    /// <summary>What an owner needs; <c>null</c>: it does not answer, and is asked again with the next sweep.</summary>
    private async Task<(IReadOnlySet<string> Keys, long? OpenAttempt)?> TryNeededAsync(BlobOwner owner)
    {
        try
        {
            return await NeededAsync(owner);
        }
        catch (Exception e) when (e is GrainException or OrleansException or TimeoutException)
        {
            return null;
        }
    }

    private async Task<(IReadOnlySet<string> Keys, long? OpenAttempt)> NeededAsync(BlobOwner owner)
    {
        switch (owner.Kind)
        {
            case BlobKind.Sample:
                if (!(await grains.Request(owner.Tenant, owner.Id).Examine()).Exists) return (new HashSet<string>(), null);
                SampleBlobs sample = await grains.Sample(owner.Tenant, owner.Id, owner.Index!.Value).Blobs();
                return (sample.Keys.ToHashSet(), sample.OpenAttempt);
            case BlobKind.Video:
                VideoStatus? video = await grains.Video(owner.Tenant, owner.Id).GetAny();

                // A deleted video comes back whole while active requests use it.
                bool kept = video is not null && (video.State != VideoState.Deleted
                    || (await grains.Tenant(owner.Tenant).Examine()).Deleting.Contains(JobKey.VideoEntry(owner.Id)));
                string[] thumbnail = kept && video!.Result is { } result ? [result.Thumbnail.Key] : [];
                return (thumbnail.ToHashSet(), video is { State: VideoState.Ingesting } ? owner.Attempt : null);
            default:
                return (await UploadsAsync(owner.Tenant), null);
        }
    }

    /// <summary>Files of all videos of a tenant, including deleted ones that active requests use.</summary>
    private async Task<IReadOnlySet<string>> UploadsAsync(string tenant)
    {
        var videos = new HashSet<string>();
        await foreach (PlacedRow row in MaintenanceGrain.RowsAsync(grains.Catalog(tenant, CatalogKinds.Videos), new CatalogQuery { Limit = 256 }))
            videos.Add(row.Row.Id);
        TenantExamination examination = await grains.Tenant(tenant).Examine();
        foreach (string entry in examination.Active.Concat(examination.Deleting))
            if (JobKey.Of(tenant, entry, 0) is { Kind: JobKind.Video } job) videos.Add(job.Id);
        var files = new HashSet<string>();
        foreach (string[] some in videos.Chunk(Batch))
            foreach (VideoStatus? video in await Task.WhenAll(some.Select(v => grains.Video(tenant, v).GetAny())))
                if (video is not null) files.Add(video.File.Key);
        return files;
    }
}
