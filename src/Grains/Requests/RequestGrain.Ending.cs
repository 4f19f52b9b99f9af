using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Indices;
using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Requests;

/// <summary>How a request ends: its samples are over, or it is cancelled or deleted.</summary>
internal sealed partial class RequestGrain
{
    /// <summary>Tells whoever has to know of the request's beginning or end, until all of them have heard it.</summary>
    private async Task SettleAsync()
    {
        if (Data.Settings.Length == 0 || Data.Settled) return;
        if (Data.Deleting)
        {
            await _serial.RunAsync(RemoveAsync);
            return;
        }

        await ListAsync();
        if (Data.FinishedAt is null) return;
        if (Data.Webhook is { } url) await GrainFactory.Webhook(Tenant, Id).Deliver(url, RequestReport.Body(Id, Data));
        await UnuseAsync(Data.Inputs.Select(i => i.VideoId).Distinct());
        await GrainFactory.Catalog(Tenant, CatalogKinds.Requests).Update(Data.Place!.Value, Row);
        await TenantGrain.Settle(Entry, Data.Bytes);
        await _data.ChangeAsync(data => data.Exists ? data with { Settled = true } : data);
    }

    /// <summary>What a deletion does before its caller is answered: the request is in no list and no count any more.</summary>
    private async Task LeaveAsync()
    {
        await StopAsync();
        await TenantGrain.BeginDelete(Entry, Data.Bytes);
        if (Data.Place is { } place) await GrainFactory.Catalog(Tenant, CatalogKinds.Requests).Remove(place, Id);
    }

    private async Task RemoveAsync()
    {
        if (!Data.Deleting) return;
        await LeaveAsync();
        await CancelBegunAsync();
        await UnuseAsync(Data.Inputs.Select(i => i.VideoId).Distinct());
        await _blobs.DeletePrefixAsync(BlobKeys.OfRequest(Tenant, Id));
        foreach (int[] batch in Enumerable.Range(0, Data.BegunUpTo).Chunk(ParallelSamples)) await Task.WhenAll(batch.Select(i => SampleGrain(i).Clear()));
        if (Data.Webhook is not null) await GrainFactory.Webhook(Tenant, Id).Forget();
        await _data.ClearAsync();
        await TenantGrain.EndDelete(Entry);
        DeactivateOnIdle();
    }

    private Task StopAsync() => Dispatcher.Remove(new QueueOwner { Tenant = Tenant, Name = "" }, Entry);

    private async Task CancelRemainingAsync()
    {
        IReadOnlyList<SampleStatus> ended;
        _cancelling = IndexSet.Range(0, Data.Samples);
        try
        {
            ended = await CancelBegunAsync();
            await _data.ChangeAsync(data =>
            {
                if (!data.Exists) return data;
                foreach (SampleStatus sample in ended) data = data.Collect(sample);
                IndexSet rest = data.Remaining;
                return rest.Count == 0 ? data : (data with { Cancelled = data.Cancelled.Union(rest) }).Finish();
            });
        }
        finally
        {
            _cancelling = IndexSet.Empty;
        }

        _live.Clear();
        foreach (SampleStatus sample in ended) _publisher.Tell(Overlay(sample));
        _publisher.Tell(null);
        _effects.Start();
    }

    private async Task<IReadOnlyList<SampleStatus>> CancelBegunAsync()
    {
        var ended = new List<SampleStatus>();
        int[] begun = [.. Data.Remaining.TakeWhile(i => i < Data.BegunUpTo)];
        foreach (int[] batch in begun.Chunk(ParallelSamples))
            ended.AddRange((await Task.WhenAll(batch.Select(i => SampleGrain(i).Cancel()))).Where(s => s.IsOver));
        return ended;
    }

    private Task UnuseAsync(IEnumerable<string> videos) => Task.WhenAll(videos.Select(v => GrainFactory.Video(Tenant, v).Unuse(Id)));
}
