using System.Diagnostics;
using System.Diagnostics.Metrics;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Storage.Blobs.Tracing;
using Vgpnn.Grains.Telemetry;

namespace Vgpnn.Grains.Tests.Storage;

/// <summary>Spans and measurements of blob stores.</summary>
public class TracedBlobsTests
{
    [Fact]
    public async Task Writes_and_reads_are_measured_with_the_type_of_their_error()
    {
        using TestStore store = await TestStore.NewAsync(StoreKind.Files);
        IBlobStore traced = new TracedBlobs(store.Blobs);
        string key = $"traced/{Guid.NewGuid():N}";
        using var parent = new Activity("test");
        parent.Start();
        var spans = new List<(string Name, object? Key, object? Bytes, ActivityStatusCode Status)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == VgpnnTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (span.TraceId == parent.TraceId)
                    spans.Add((span.OperationName, span.GetTagItem("vgpnn.blob.key"), span.GetTagItem("vgpnn.blob.size"), span.Status));
            },
        };
        ActivitySource.AddActivityListener(listener);
        var measured = new List<(object?, object?)>();
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Name == "vgpnn.blob.operation.duration") listening.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            if (Activity.Current?.TraceId == parent.TraceId) measured.Add((Tag(tags, "vgpnn.blob.operation"), Tag(tags, "error.type")));
        });
        meters.Start();

        BlobInfo blob = await traced.PutAsync(key, new MemoryStream(new byte[10]));
        await (await traced.OpenAsync(blob)).DisposeAsync();
        await (await traced.OpenRangeAsync(blob, 2, 3)).DisposeAsync();
        await Assert.ThrowsAsync<BlobException>(() => traced.OpenAsync(blob with { Bytes = 11 }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => traced.PutAsync(key, new MemoryStream(), cancellation: new CancellationToken(true)));
        Assert.Equal(1, await traced.DeletePrefixAsync("traced/"));
        Assert.Equal([("write", null), ("read", null), ("read", null), ("read", "blob-corrupt"), ("write", "cancelled")], measured);
        Assert.Equal(
        [
            ("blob write", key, 10L, ActivityStatusCode.Unset), ("blob read", key, 10L, ActivityStatusCode.Unset),
            ("blob read", key, 3L, ActivityStatusCode.Unset), ("blob read", key, null, ActivityStatusCode.Error),
            ("blob write", key, null, ActivityStatusCode.Unset),
        ], spans);
    }

    private static object? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach ((string key, object? value) in tags)
            if (key == name) return value;
        return null;
    }
}
