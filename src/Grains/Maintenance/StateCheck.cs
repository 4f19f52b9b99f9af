using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Indices;
using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Maintenance;

/// <summary>Walks tenants, requests, samples and blobs, and finds what does not agree.</summary>
public sealed class StateCheck(IGrainFactory grains, IBlobStore blobs)
{
    private const int Parallel = 32;

    private readonly HashSet<string> _needed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly HashSet<(string Tenant, string Video)> _used = [];
    private int _tenants, _videos, _requests, _samples, _leftovers;

    /// <summary>What was looked at.</summary>
    public string Summary => $"{_tenants} tenants, {_videos} videos, {_requests} requests, {_samples} samples, {_needed.Count} blobs"
        + (_leftovers == 0 ? "" : $" and {_leftovers} leftovers to be swept");

    /// <summary>What does not agree, a sentence each.</summary>
    /// <param name="only">The tenant to look at; <c>null</c>: all.</param>
    public async IAsyncEnumerable<string> RunAsync(string? only = null)
    {
        CallerContext.ActForCluster();
        await foreach (PlacedRow tenant in MaintenanceGrain.RowsAsync(grains.Tenants(), new CatalogQuery { Limit = 200 }))
        {
            if (only is not null && tenant.Row.Id != only) continue;
            _tenants++;
            foreach (string problem in await TenantAsync(tenant.Row.Id)) yield return problem;
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        await foreach (BlobEntry blob in blobs.ListAsync(only is null ? "" : $"{only}/"))
        {
            found.Add(blob.Key);
            if (!BlobKeys.TryParse(blob.Key, out BlobOwner owner) || owner.Kind == BlobKind.Other) continue;
            if (_needed.Contains(blob.Key) || _open.Any(p => blob.Key.StartsWith(p, StringComparison.Ordinal))) continue;

            // Workers that are lost leave some, which the sweeper deletes in its time.
            if (DateTimeOffset.UtcNow - blob.Modified < 2 * BlobSweeper.LeastAge(owner.Kind)) _leftovers++;
            else yield return $"blob {blob.Key} belongs to nothing";
        }

        foreach (string missing in _needed.Where(k => !found.Contains(k))) yield return $"blob {missing} is missing";
    }

    private async Task<IReadOnlyList<string>> TenantAsync(string tenant)
    {
        var problems = new List<string>();
        TenantExamination state = await grains.Tenant(tenant).Examine();
        if (!state.Exists) problems.Add($"tenant {tenant} is listed but does not exist");
        HashSet<string> active = [.. state.Active];
        long settled = 0;
        await foreach (PlacedRow row in MaintenanceGrain.RowsAsync(grains.Catalog(tenant, CatalogKinds.Videos), new CatalogQuery { Limit = 200 }))
        {
            _videos++;
            VideoStatus? video = await grains.Video(tenant, row.Row.Id).GetAny();
            if (video is null || video.State == VideoState.Deleted)
            {
                problems.Add($"video {tenant}/{row.Row.Id} is listed but does not exist");
                continue;
            }

            _needed.Add(video.File.Key);
            if (video.Result is { } result) _needed.Add(result.Thumbnail.Key);
            bool counted = active.Remove(JobKey.VideoEntry(video.VideoId));
            if (!counted) settled += video.File.Bytes + (video.Result?.Thumbnail.Bytes ?? 0);
            if (!counted && video.State == VideoState.Ingesting) problems.Add($"video {tenant}/{video.VideoId} is being ingested but its tenant does not count it");
        }

        await foreach (PlacedRow row in MaintenanceGrain.RowsAsync(grains.Catalog(tenant, CatalogKinds.Requests), new CatalogQuery { Limit = 200 }))
        {
            _requests++;
            RequestExamination request = await grains.Request(tenant, row.Row.Id).Examine();
            bool counted = active.Remove(JobKey.RequestEntry(row.Row.Id));
            if (!request.Exists || request.Deleting)
            {
                problems.Add($"request {tenant}/{row.Row.Id} is listed but does not exist");
                continue;
            }

            if (!counted) settled += request.Bytes;
            problems.AddRange(await RequestAsync(tenant, row.Row.Id, request, counted));
        }

        problems.AddRange(active.Select(entry => $"tenant {tenant} counts {entry}, which is not in its lists"));
        foreach (string entry in state.Deleting)
        {
            var job = JobKey.Of(tenant, entry, 0);
            if (job.Kind == JobKind.Video && _used.Contains((tenant, job.Id)) && await grains.Video(tenant, job.Id).GetAny() is { } video)
            {
                // Its file stays as long as active requests use it.
                _needed.Add(video.File.Key);
                if (video.Result is { } result) _needed.Add(result.Thumbnail.Key);
            }
            else
            {
                problems.Add($"tenant {tenant} is still deleting {entry}");
            }
        }

        if (settled != state.SettledBytes) problems.Add($"tenant {tenant} counts {state.SettledBytes} bytes, but what it keeps has {settled}");
        return problems;
    }

    private async Task<IReadOnlyList<string>> RequestAsync(string tenant, string id, RequestExamination request, bool counted)
    {
        var problems = new List<string>();
        string name = $"request {tenant}/{id}";
        IndexSet succeeded = IndexSet.Parse(request.Succeeded), failed = IndexSet.Parse(request.Failed), cancelled = IndexSet.Parse(request.Cancelled);
        int over = succeeded.Count + failed.Count + cancelled.Count;
        if (succeeded.Union(failed).Union(cancelled).Count != over) problems.Add($"{name} has samples in two final states");
        if (request.Finished != (over == request.Samples)) problems.Add($"{name}: {over} of {request.Samples} samples are over, but finished is {request.Finished}");
        if (request.Settled && counted) problems.Add($"{name} is settled, but its tenant counts it as active");
        if (!request.Finished && !counted) problems.Add($"{name} is active, but its tenant does not count it");
        if (!request.Settled) _used.UnionWith((await grains.Request(tenant, id).Get()).Inputs.Select(i => (tenant, i.VideoId)));
        long bytes = 0;
        for (int after = -1; ;)
        {
            IReadOnlyList<SampleStatus> page = await grains.Request(tenant, id).ListSamples(after, 200);
            foreach (SampleStatus[] some in page.Chunk(Parallel))
            {
                // One that was never begun has no blobs.
                var none = Task.FromResult(new SampleBlobs([], null));
                SampleBlobs[] keys = await Task.WhenAll(some.Select(s => s.Attempt == 0 ? none : grains.Sample(tenant, id, s.SampleIndex).Blobs()));
                for (int i = 0; i < some.Length; i++)
                {
                    _samples++;
                    SampleStatus sample = some[i];
                    _needed.UnionWith(keys[i].Keys);
                    if (keys[i].OpenAttempt is { } open)
                    {
                        _open.Add($"{BlobKeys.OfSample(tenant, id, sample.SampleIndex)}{open}/");
                        if (sample.IsOver) problems.Add($"{name}: sample {sample.SampleIndex} is over, but an attempt is open");
                    }

                    if (sample.State == SampleState.Succeeded && sample.Result is null) problems.Add($"{name}: sample {sample.SampleIndex} has no result");
                    if (sample.IsOver) bytes += sample.Bytes;
                }
            }

            if (page.Count == 0) break;
            after = page[^1].SampleIndex;
        }

        if (request.Bytes != bytes) problems.Add($"{name} counts {request.Bytes} bytes, but its samples have {bytes}");
        return problems;
    }
}
