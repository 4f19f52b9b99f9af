using System.Diagnostics;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Testing.Cluster;
using static Vgpnn.Testing.Cluster.MeasurementFactAttribute;

namespace Vgpnn.Grains.Tests.Storage;

/// <summary>The speed of the blob stores in docs/grains.md, with the servers on this machine.</summary>
public class BlobMeasurements
{
    private const int Megabytes = 200;

    [MeasurementFact]
    public async Task Upload_and_download_of_a_large_blob()
    {
        var content = new byte[Megabytes * 1_000_000];
        new Random(1).NextBytes(content);
        foreach (StoreKind kind in (StoreKind[])[StoreKind.Files, StoreKind.AzureKey, StoreKind.S3])
        {
            using TestStore store = await TestStore.NewAsync(kind);
            List<double> up = [], down = [];
            for (int round = 0; round < 4; round++)
            {
                long start = Stopwatch.GetTimestamp();
                BlobInfo blob = await store.Blobs.PutAsync("large", new MemoryStream(content));
                up.Add(Megabytes / Stopwatch.GetElapsedTime(start).TotalSeconds);
                start = Stopwatch.GetTimestamp();
                await using (Stream stream = await store.Blobs.OpenAsync(blob)) await stream.CopyToAsync(Stream.Null);
                down.Add(Megabytes / Stopwatch.GetElapsedTime(start).TotalSeconds);
                await store.Blobs.DeleteAsync("large");
            }

            // The first round warms up.
            Report($"{kind}: {Megabytes} MB up at {Median(up.Skip(1)):F0} MB/s, down at {Median(down.Skip(1)):F0} MB/s");
        }
    }
}
