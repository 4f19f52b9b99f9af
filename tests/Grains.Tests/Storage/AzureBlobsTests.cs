using System.Diagnostics;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Storage.Blobs.Cloud;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests.Storage;

/// <summary>Faults between the server and Azure Blob Storage.</summary>
public class AzureBlobsTests
{
    // Two blocks and a part of a third.
    private static readonly byte[] Content = [.. Enumerable.Range(0, (9 << 20) + 7).Select(i => (byte)(i * 31 / 7))];

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(4);

    [AzureFact]
    public async Task Requests_are_retried_when_the_service_fails_for_a_while()
    {
        await using HttpFaultProxy proxy = new((await AzuriteServer.SharedAsync()).BlobPort);
        AzureBlobs store = await StoreAsync(proxy);

        // Three blocks and their list; the first block is refused, lost and then done twice.
        proxy.Next(HttpFault.Unavailable, HttpFault.RequestLost, HttpFault.AnswerLost);
        int before = proxy.Requests;
        BlobInfo blob = await store.PutAsync("a", new MemoryStream(Content));
        Assert.Equal(7, proxy.Requests - before);
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

    [AzureFact]
    public async Task Write_succeeds_when_the_answer_to_the_commit_is_lost()
    {
        await using HttpFaultProxy proxy = new((await AzuriteServer.SharedAsync()).BlobPort);
        AzureBlobs store = await StoreAsync(proxy);

        // After two whole blocks the end of the content is found, and the list of them committed.
        var content = new MeteredStream(8 << 20, position =>
        {
            if (position == 8 << 20 && proxy.Requests == 2) proxy.Next(HttpFault.AnswerLost, HttpFault.AnswerLost);
        });
        BlobInfo blob = await store.PutAsync("a", content);
        Assert.Equal(5, proxy.Requests);
        Assert.Equal(new byte[8 << 20], await ReadAsync(store, blob));
    }

    [AzureFact]
    public async Task Read_resumes_when_the_answer_breaks_off_or_stalls()
    {
        await using HttpFaultProxy proxy = new((await AzuriteServer.SharedAsync()).BlobPort);
        AzureBlobs store = await StoreAsync(proxy);
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

    [AzureFact]
    public async Task Read_never_mixes_two_versions_of_a_blob()
    {
        await using HttpFaultProxy proxy = new((await AzuriteServer.SharedAsync()).BlobPort);
        AzureBlobs store = await StoreAsync(proxy);
        BlobInfo blob = await store.PutAsync("a", new MemoryStream(Content));
        proxy.Next(HttpFault.AnswerCut);
        await using Stream part = await store.OpenRangeAsync(blob, 0, Content.Length - 1);
        await part.ReadExactlyAsync(new byte[10]);
        await store.PutAsync("a", new MemoryStream(new byte[Content.Length]));
        BlobException changed = await Assert.ThrowsAsync<BlobException>(() => part.CopyToAsync(Stream.Null));
        Assert.Equal("blob-corrupt", changed.Code);
    }

    [AzureFact]
    public async Task Damaged_upload_is_refused_and_leaves_nothing()
    {
        await using HttpFaultProxy proxy = new((await AzuriteServer.SharedAsync()).BlobPort);
        AzureBlobs store = await StoreAsync(proxy);
        foreach (byte[] content in (byte[][])[Content, Content[..1000]])
        {
            proxy.Next(HttpFault.RequestDamaged);
            BlobException refused = await Assert.ThrowsAsync<BlobException>(() => store.PutAsync("a", new MemoryStream(content)));
            Assert.Equal("blob-store", refused.Code);
            Assert.Contains("the storage service answered 400", refused.Message, StringComparison.Ordinal);
            Assert.Empty(await ListAsync(store));
        }
    }

    [AzureTheory]
    [InlineData(HttpFault.Unavailable)]
    [InlineData(HttpFault.RequestLost)]
    [InlineData(HttpFault.Silent)]
    public async Task Call_fails_within_the_time_limit_when_the_service_does_not_recover(object fault)
    {
        await using HttpFaultProxy proxy = new((await AzuriteServer.SharedAsync()).BlobPort);
        AzureBlobs store = await StoreAsync(proxy);
        BlobInfo blob = await store.PutAsync("existing", new MemoryStream(Content));
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

    [AzureFact]
    public async Task Cancelled_call_ends_at_once_when_the_service_is_silent()
    {
        await using HttpFaultProxy proxy = new((await AzuriteServer.SharedAsync()).BlobPort);
        AzureBlobs store = await StoreAsync(proxy);
        BlobInfo blob = await store.PutAsync("existing", new MemoryStream(Content));
        proxy.Next(HttpFault.AnswerStalls);
        using var cancelled = new CancellationTokenSource();
        await using Stream open = await store.OpenAsync(blob);
        proxy.Always = HttpFault.Silent;
        CancellationToken stop = cancelled.Token;
        Task[] calls =
        [
            store.PutAsync("a", new MemoryStream(Content), cancellation: stop), store.OpenAsync(blob, stop), open.CopyToAsync(Stream.Null, stop),
            store.DeleteAsync("existing", stop), store.PrepareAsync(stop),
        ];
        await Task.Delay(200);
        await cancelled.CancelAsync();
        foreach (Task call in calls) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(1)));
    }

    [AzureFact]
    public async Task Upload_sends_blocks_while_it_reads_the_content()
    {
        await using HttpFaultProxy proxy = new((await AzuriteServer.SharedAsync()).BlobPort);
        AzureBlobs store = await StoreAsync(proxy);
        int before = proxy.Requests;
        var content = new MeteredStream(64 << 20, position =>
            Assert.InRange(position, 0, (proxy.Requests - before + 1L) * (4 << 20)));
        BlobInfo blob = await store.PutAsync("a", content);
        Assert.Equal(64 << 20, blob.Bytes);
        Assert.Equal(17, proxy.Requests - before);
    }

    [AzureFact]
    public async Task Missing_permission_is_reported_without_secrets()
    {
        string connection = (await AzuriteServer.SharedAsync()).ConnectionString, container = AzuriteServer.NewName();
        IBlobStore owner = BlobStores.Open($"azure:{connection};Container={container}");
        await owner.PrepareAsync();
        BlobInfo blob = await owner.PutAsync("a", new MemoryStream([1, 2, 3]));
        string wrongKey = connection.Replace(AzuriteServer.Key, Convert.ToBase64String(new byte[64]), StringComparison.Ordinal);
        IBlobStore wrong = BlobStores.Open($"azure:{wrongKey};Container={container}");
        IBlobStore reader = BlobStores.Open($"azure:{TestStore.Signed(connection, container, BlobContainerSasPermissions.Read)}");
        Assert.Equal([1, 2, 3], await ReadAsync(reader, blob));
        foreach (Func<Task> forbidden in (Func<Task>[])
        [
            () => wrong.OpenAsync(blob), () => wrong.PrepareAsync(), () => reader.PutAsync("b", new MemoryStream([1])), () => reader.DeleteAsync("a"),
            () => ListAsync(reader), () => reader.PrepareAsync(),
        ])
        {
            BlobException refused = await Assert.ThrowsAsync<BlobException>(forbidden);
            Assert.Equal("blob-store", refused.Code);
            Assert.Contains("the storage service answered 403 Auth", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("sig=", refused.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("SharedKey", refused.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }

        Assert.Equal(["a"], await ListAsync(owner));
    }

    [AzureFact]
    public async Task Missing_container_is_a_failure_of_the_store_and_not_of_the_blob()
    {
        string connection = (await AzuriteServer.SharedAsync()).ConnectionString;
        IBlobStore store = BlobStores.Open($"azure:{connection};Container={AzuriteServer.NewName()}");
        foreach (Func<Task> call in (Func<Task>[])
            [() => store.PutAsync("a", new MemoryStream([1])), () => store.OpenAsync(new BlobInfo("a", 1, "")), () => ListAsync(store)])
        {
            BlobException missing = await Assert.ThrowsAsync<BlobException>(call);
            Assert.Equal("blob-store", missing.Code);
            Assert.Contains("404 ContainerNotFound", missing.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Failure_to_get_a_token_is_a_failure_of_the_store()
    {
        var container = new BlobContainerClient(new Uri("https://account.blob.core.windows.net/vgpnn"), new NoCredential(), AzureBlobs.Options(Short));
        BlobException failed = await Assert.ThrowsAsync<BlobException>(() => new AzureBlobs(container, Short).PrepareAsync());
        Assert.Equal("blob-store", failed.Code);
        Assert.Contains("credentials", failed.Message, StringComparison.Ordinal);
    }

    private static async Task<AzureBlobs> StoreAsync(HttpFaultProxy proxy)
    {
        AzuriteServer server = await AzuriteServer.SharedAsync();
        string container = AzuriteServer.NewName();
        await BlobStores.Open($"azure:{server.ConnectionString};Container={container}").PrepareAsync();
        return (AzureBlobs)BlobStores.Open($"azure:{server.ConnectionStringVia(proxy.Port)};Container={container}", Short);
    }

    private static async Task<byte[]> ReadAsync(IBlobStore store, BlobInfo blob)
    {
        await using Stream stream = await store.OpenAsync(blob);
        var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }

    private static async Task<List<string>> ListAsync(IBlobStore store) => await store.ListAsync("").Select(b => b.Key).ToListAsync();

    private sealed class NoCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("none of the credentials is available");

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("none of the credentials is available");
    }
}
