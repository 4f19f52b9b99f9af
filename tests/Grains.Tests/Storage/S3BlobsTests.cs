using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Storage.Blobs.Cloud;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests.Storage;

/// <summary>Faults between the server and S3, and what only S3 has.</summary>
public class S3BlobsTests
{
    // Two parts and some of a third.
    private static readonly byte[] Content = [.. Enumerable.Range(0, (17 << 20) + 7).Select(i => (byte)(i * 31 / 7))];

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(4), Medium = TimeSpan.FromSeconds(10), Long = TimeSpan.FromSeconds(30);

    [S3Fact]
    public async Task Requests_are_retried_when_the_service_fails_for_a_while()
    {
        await using HttpFaultProxy proxy = new((await S3Server.SharedAsync()).Port);
        S3Blobs store = await StoreAsync(proxy, Long);

        // The begin of the upload, three parts and its completion; the begin is refused, lost and then done twice.
        proxy.Next(HttpFault.Unavailable, HttpFault.RequestLost, HttpFault.AnswerLost);
        int before = proxy.Requests;
        BlobInfo blob = await store.PutAsync("a", new MemoryStream(Content));
        Assert.Equal(8, proxy.Requests - before);
        proxy.Next(HttpFault.AnswerLost);
        await store.PutAsync("b", new MemoryStream(Content.AsSpan(0, 10).ToArray()));
        Assert.Equal(Content, await ReadAsync(store, blob));
        proxy.Next(HttpFault.RequestLost, HttpFault.AnswerLost);
        await store.DeleteAsync("b");
        proxy.Next(HttpFault.Unavailable);
        Assert.Equal(["a"], await ListAsync(store));
        proxy.Next(HttpFault.AnswerLost);
        await store.PrepareAsync();
    }

    [S3Theory]
    [InlineData(HttpFault.AnswerLost)]
    [InlineData(HttpFault.UploadForgotten)]
    public async Task Write_succeeds_when_the_answer_to_the_completion_is_lost(object fault)
    {
        await using HttpFaultProxy proxy = new((await S3Server.SharedAsync()).Port);
        S3Blobs store = await StoreAsync(proxy, Long);

        // After the begin and two whole parts the end of the content is found, and the upload completed.
        int before = proxy.Requests;
        var content = new MeteredStream(16 << 20, position =>
        {
            if (position == 16 << 20 && proxy.Requests - before == 3) proxy.Next((HttpFault)fault);
        });
        BlobInfo blob = await store.PutAsync("a", content);
        Assert.Equal(5, proxy.Requests - before);
        Assert.Equal(new byte[16 << 20], await ReadAsync(store, blob));
    }

    [S3Fact]
    public async Task Forgotten_upload_of_another_writer_is_a_failure()
    {
        S3Server server = await S3Server.SharedAsync();
        string bucket = S3Server.NewName();
        IBlobStore store = BlobStores.Open(server.Setting(bucket));
        await store.PrepareAsync();
        using AmazonS3Client client = Client(server.Port);
        BlobInfo other = await store.PutAsync("a", new MemoryStream(Content));
        var content = new MeteredStream(8 << 20, position =>
        {
            if (position != 8 << 20) return;
            foreach (MultipartUpload upload in client.ListMultipartUploadsAsync(bucket).Result.MultipartUploads ?? [])
                client.AbortMultipartUploadAsync(bucket, "a", upload.UploadId).Wait();
        });
        Assert.Equal("blob-store", (await Assert.ThrowsAsync<BlobException>(() => store.PutAsync("a", content))).Code);
        Assert.Equal(Content, await ReadAsync(store, other));
    }

    [S3Fact]
    public async Task Read_resumes_when_the_answer_breaks_off_or_stalls()
    {
        await using HttpFaultProxy proxy = new((await S3Server.SharedAsync()).Port);
        S3Blobs store = await StoreAsync(proxy, Medium);
        BlobInfo blob = await store.PutAsync("a", new MemoryStream(Content));
        foreach (HttpFault fault in (HttpFault[])[HttpFault.AnswerCut, HttpFault.AnswerStalls])
        {
            proxy.Next(fault, fault);
            Assert.Equal(Content, await ReadAsync(store, blob));
            Assert.Equal(0, proxy.Left);
        }

        proxy.Next(HttpFault.AnswerCut, HttpFault.Unavailable);
        await using Stream part = await store.OpenRangeAsync(blob, 1000, 5 << 20);
        var read = new byte[5 << 20];
        await part.ReadExactlyAsync(read);
        Assert.Equal(Content[1000..(1000 + (5 << 20))], read);
    }

    [S3Fact]
    public async Task Read_never_mixes_two_versions_of_a_blob()
    {
        await using HttpFaultProxy proxy = new((await S3Server.SharedAsync()).Port);
        S3Blobs store = await StoreAsync(proxy, Long);
        BlobInfo blob = await store.PutAsync("a", new MemoryStream(Content));
        proxy.Next(HttpFault.AnswerCut);
        await using Stream part = await store.OpenRangeAsync(blob, 0, Content.Length - 1);
        await part.ReadExactlyAsync(new byte[10]);
        await store.PutAsync("a", new MemoryStream(new byte[Content.Length]));
        BlobException changed = await Assert.ThrowsAsync<BlobException>(() => part.CopyToAsync(Stream.Null));
        Assert.Equal("blob-corrupt", changed.Code);
    }

    [S3Fact]
    public async Task Damaged_upload_is_refused_and_leaves_nothing()
    {
        await using HttpFaultProxy proxy = new((await S3Server.SharedAsync()).Port);
        S3Blobs store = await StoreAsync(proxy, Long);
        int before = proxy.Requests;
        var damaged = new MeteredStream(16 << 20, _ =>
        {
            // After the begin of the upload and its first part.
            if (proxy.Requests == before + 2 && proxy.Left == 0) proxy.Next(HttpFault.RequestDamaged);
        });
        foreach (Func<Stream> content in (Func<Stream>[])[() => new MemoryStream(Content, 0, 1000), () => damaged])
        {
            if (content() is MemoryStream) proxy.Next(HttpFault.RequestDamaged);
            BlobException refused = await Assert.ThrowsAsync<BlobException>(() => store.PutAsync("a", content()));
            Assert.Equal("blob-store", refused.Code);
            Assert.Contains("the storage service answered 400", refused.Message, StringComparison.Ordinal);
            Assert.Empty(await ListAsync(store));
            before = proxy.Requests;
        }
    }

    [S3Theory]
    [InlineData(HttpFault.Unavailable)]
    [InlineData(HttpFault.RequestLost)]
    [InlineData(HttpFault.Silent)]
    public async Task Call_fails_within_the_time_limit_when_the_service_does_not_recover(object fault)
    {
        await using HttpFaultProxy proxy = new((await S3Server.SharedAsync()).Port);
        S3Blobs store = await StoreAsync(proxy, Short);
        BlobInfo blob = await store.PutAsync("existing", new MemoryStream(Content, 0, 1 << 20));
        proxy.Next(HttpFault.AnswerCut);
        await using Stream open = await store.OpenAsync(blob);
        proxy.Always = (HttpFault)fault;
        Func<Task>[] calls =
        [
            () => store.PutAsync("a", new MemoryStream(Content)), () => store.PutAsync("a", new MemoryStream([1])), () => store.OpenAsync(blob),
            () => open.CopyToAsync(Stream.Null), () => store.DeleteAsync("existing"), () => ListAsync(store), () => store.PrepareAsync(),
            () => ((IBlobStore)store).DeletePrefixAsync("a/"),
        ];
        await Task.WhenAll(calls.Select(async call =>
        {
            long start = Stopwatch.GetTimestamp();
            BlobException failed = await Assert.ThrowsAsync<BlobException>(call);
            Assert.Equal("blob-store", failed.Code);
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Short + TimeSpan.FromSeconds(3));
        }));
        proxy.Always = null;
        Assert.Equal(["existing"], await ListAsync(store));
    }

    [S3Fact]
    public async Task Cancelled_call_ends_at_once_when_the_service_is_silent()
    {
        await using HttpFaultProxy proxy = new((await S3Server.SharedAsync()).Port);
        S3Blobs store = await StoreAsync(proxy, Long);
        BlobInfo blob = await store.PutAsync("existing", new MemoryStream(Content, 0, 1 << 20));
        proxy.Next(HttpFault.AnswerStalls);
        using var cancelled = new CancellationTokenSource();
        await using Stream open = await store.OpenAsync(blob);
        proxy.Always = HttpFault.Silent;
        CancellationToken stop = cancelled.Token;
        int before = proxy.Requests;
        Task[] calls =
        [
            store.PutAsync("a", new MemoryStream(Content), cancellation: stop), store.OpenAsync(blob, stop), open.CopyToAsync(Stream.Null, stop),
            store.DeleteAsync("existing", stop), store.PrepareAsync(stop),
        ];
        while (proxy.Requests < before + 4) await Task.Yield();
        await cancelled.CancelAsync();
        foreach (Task call in calls) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(1)));
    }

    [S3Fact]
    public async Task Upload_sends_parts_while_it_reads_the_content()
    {
        await using HttpFaultProxy proxy = new((await S3Server.SharedAsync()).Port);
        S3Blobs store = await StoreAsync(proxy, Long);
        int before = proxy.Requests;
        var content = new MeteredStream(64 << 20, position => Assert.InRange(position, 0, Math.Max(1, proxy.Requests - before) * (8L << 20)));
        BlobInfo blob = await store.PutAsync("a", content);
        Assert.Equal(64 << 20, blob.Bytes);
        Assert.Equal(10, proxy.Requests - before);
    }

    [S3Fact]
    public async Task Interrupted_upload_is_aborted()
    {
        S3Server server = await S3Server.SharedAsync();
        string bucket = S3Server.NewName();
        IBlobStore store = BlobStores.Open(server.Setting(bucket));
        await store.PrepareAsync();
        using AmazonS3Client client = Client(server.Port);
        int seen = 0;
        var content = new MeteredStream(32 << 20, position =>
        {
            if (position <= 16 << 20) return;
            seen = client.ListMultipartUploadsAsync(bucket).Result.MultipartUploads.Count;
            throw new EndOfStreamException("the client disconnected");
        });
        await Assert.ThrowsAsync<EndOfStreamException>(() => store.PutAsync("a", content));
        Assert.Equal(1, seen);
        using var patience = new CancellationTokenSource(Long);
        while ((await client.ListMultipartUploadsAsync(bucket, patience.Token)).MultipartUploads is { Count: > 0 })
            await Task.Delay(50, patience.Token);
        Assert.Empty(await ListAsync(store));
    }

    [S3Fact]
    public async Task Prefixes_separate_the_stores_of_a_bucket()
    {
        S3Server server = await S3Server.SharedAsync();
        string bucket = S3Server.NewName();
        IBlobStore one = BlobStores.Open(server.Setting($"{bucket}/a")), two = BlobStores.Open(server.Setting($"{bucket}/a/b"));
        await one.PrepareAsync();
        BlobInfo blob = await one.PutAsync("c/x", new MemoryStream([1]));
        await two.PutAsync("x", new MemoryStream([2]));
        Assert.Equal(["b/x", "c/x"], await ListAsync(one));
        Assert.Equal(["x"], await ListAsync(two));
        Assert.Equal([1], await ReadAsync(one, blob));
        Assert.Equal("blob-missing", (await Assert.ThrowsAsync<BlobException>(() => two.OpenAsync(blob))).Code);
        Assert.Equal(["a/b/x", "a/c/x"], await ListAsync(BlobStores.Open(server.Setting(bucket))));
    }

    [S3Fact]
    public async Task Wrong_credentials_are_reported_without_secrets()
    {
        S3Server server = await S3Server.SharedAsync();
        string bucket = S3Server.NewName();
        S3Address address = S3Address.Parse(server.Setting(bucket));
        await BlobStores.Open(server.Setting(bucket)).PrepareAsync();
        using var client = new AmazonS3Client(new BasicAWSCredentials(S3Server.Credentials["AWS_ACCESS_KEY_ID"], "wrong"), address.ToConfig(Short));
        var store = new S3Blobs(client, address, Short);
        foreach (Func<Task> forbidden in (Func<Task>[])
        [
            () => store.OpenAsync(new BlobInfo("a", 1, "")), () => store.PrepareAsync(), () => store.PutAsync("b", new MemoryStream([1])),
            () => store.PutAsync("b", new MemoryStream(Content)), () => store.DeleteAsync("a"), () => ListAsync(store),
        ])
        {
            BlobException refused = await Assert.ThrowsAsync<BlobException>(forbidden);
            Assert.Equal("blob-store", refused.Code);
            Assert.Contains("the storage service answered 403 SignatureDoesNotMatch", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("Credential=", refused.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }
    }

    [S3Fact]
    public async Task Missing_bucket_is_a_failure_of_the_store_and_not_of_the_blob()
    {
        IBlobStore store = BlobStores.Open((await S3Server.SharedAsync()).Setting(S3Server.NewName()));
        foreach (Func<Task> call in (Func<Task>[])
            [() => store.PutAsync("a", new MemoryStream([1])), () => store.OpenAsync(new BlobInfo("a", 1, "")), () => ListAsync(store)])
        {
            BlobException missing = await Assert.ThrowsAsync<BlobException>(call);
            Assert.Equal("blob-store", missing.Code);
            Assert.Contains("404 NoSuchBucket", missing.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Missing_credentials_are_a_failure_of_the_store()
    {
        S3Address address = S3Address.Parse("s3://clips?region=eu-central-1");
        using var client = new AmazonS3Client(new NoCredentials(), address.ToConfig(Short));
        BlobException failed = await Assert.ThrowsAsync<BlobException>(() => new S3Blobs(client, address, Short).PrepareAsync());
        Assert.Equal("blob-store", failed.Code);
        Assert.Contains("credentials", failed.Message, StringComparison.Ordinal);
    }

    private static async Task<S3Blobs> StoreAsync(HttpFaultProxy proxy, TimeSpan patience)
    {
        S3Server server = await S3Server.SharedAsync();
        string bucket = S3Server.NewName();
        await BlobStores.Open(server.Setting(bucket)).PrepareAsync();
        return (S3Blobs)BlobStores.Open(server.Setting(bucket, proxy.Port), patience);
    }

    private static AmazonS3Client Client(int port) => new(S3Address.Parse($"s3://any?endpoint=http://127.0.0.1:{port}").ToConfig(Long));

    private static async Task<byte[]> ReadAsync(IBlobStore store, BlobInfo blob)
    {
        await using Stream stream = await store.OpenAsync(blob);
        var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }

    private static async Task<List<string>> ListAsync(IBlobStore store) =>
        [.. (await store.ListAsync("").Select(b => b.Key).ToListAsync()).Order(StringComparer.Ordinal)];

    private sealed class NoCredentials : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => throw new AmazonClientException("none");

        public override Task<ImmutableCredentials> GetCredentialsAsync() => throw new AmazonClientException("none");
    }
}
