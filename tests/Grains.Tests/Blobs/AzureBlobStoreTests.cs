using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.Tests.Support;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests.Blobs;

/// <summary>What goes wrong on the way to Azure Blob Storage, and comes right.</summary>
public class AzureBlobStoreTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, (9 << 20) + 7).Select(i => (byte)(i * 31 / 7))];

    [AzureFact]
    public async Task A_service_that_fails_for_a_while_is_asked_again()
    {
        await using FaultyProxy proxy = new((await AzuriteServer.SharedAsync()).Port);
        using AzureBlobStore store = await StoreAsync(proxy);

        // Two blocks and their list: the first is refused and then lost, the second done twice, the list committed twice.
        proxy.Next(HttpFault.Unavailable, HttpFault.Closed);
        BlobInfo blob = await store.PutAsync("a", new MemoryStream(Content));
        Assert.Equal(5, proxy.Requests);
        proxy.Next(HttpFault.AnswerLost);
        await store.PutAsync("b", new MemoryStream(Content.AsSpan(0, 10).ToArray()));
        Assert.Equal(Content, await ReadAsync(store, blob));
        proxy.Next(HttpFault.Closed);
        await store.DeleteAsync("b");
        proxy.Next(HttpFault.Unavailable);
        Assert.Equal(["a"], await ListAsync(store));
    }

    [AzureFact]
    public async Task A_commit_whose_answer_was_lost_is_found_done()
    {
        await using FaultyProxy proxy = new((await AzuriteServer.SharedAsync()).Port);
        using AzureBlobStore store = await StoreAsync(proxy);
        byte[] small = Content[..1000];

        // The block goes through, or is sent again; the list's answer is lost.
        proxy.Next(HttpFault.AnswerLost, HttpFault.AnswerLost, HttpFault.AnswerLost);
        BlobInfo blob = await store.PutAsync("a", new MemoryStream(small));
        Assert.Equal(small, await ReadAsync(store, blob));
        Assert.Equal(0, proxy.Left);
    }

    [AzureFact]
    public async Task A_read_that_breaks_off_or_stalls_goes_on_where_it_was()
    {
        await using FaultyProxy proxy = new((await AzuriteServer.SharedAsync()).Port);
        using AzureBlobStore store = await StoreAsync(proxy);
        BlobInfo blob = await store.PutAsync("a", new MemoryStream(Content));
        foreach (HttpFault fault in (HttpFault[])[HttpFault.AnswerCut, HttpFault.AnswerStalls])
        {
            store.Patience = TimeSpan.FromSeconds(fault == HttpFault.AnswerStalls ? 1 : 100);
            proxy.Next(fault, fault);
            Assert.Equal(Content, await ReadAsync(store, blob));
            Assert.Equal(0, proxy.Left);
        }

        proxy.Next(HttpFault.AnswerCut);
        await using Stream part = await store.OpenRangeAsync(blob, 1000, 5 << 20);
        var read = new byte[5 << 20];
        await part.ReadExactlyAsync(read);
        Assert.Equal(Content[1000..(1000 + (5 << 20))], read);
    }

    [AzureFact]
    public async Task What_goes_on_failing_is_told_and_nothing_is_there()
    {
        await using FaultyProxy proxy = new((await AzuriteServer.SharedAsync()).Port);
        using AzureBlobStore store = await StoreAsync(proxy);
        store.Patience = TimeSpan.FromSeconds(1.5);
        proxy.Next(HttpFault.Unavailable, HttpFault.Silent, HttpFault.Closed, HttpFault.Silent);
        Assert.Equal("blob-store", (await Assert.ThrowsAsync<BlobException>(() => store.PutAsync("a", new MemoryStream(Content)))).Code);
        Assert.Equal(0, proxy.Left);
        Assert.Empty(await ListAsync(store));
    }

    [AzureFact]
    public async Task Keys_and_signatures_that_are_wrong_or_allow_too_little_are_refused_and_told()
    {
        Uri container = (await AzuriteServer.SharedAsync()).NewContainer();
        using AzureBlobStore owner = AzureBlobStore.WithSharedKey(container, AzuriteServer.Account, AzuriteServer.Key);
        await owner.CreateContainerAsync();
        await owner.CreateContainerAsync();
        BlobInfo blob = await owner.PutAsync("a", new MemoryStream([1, 2, 3]));
        using AzureBlobStore wrong = AzureBlobStore.WithSharedKey(container, AzuriteServer.Account, Convert.ToBase64String(new byte[64]));
        using AzureBlobStore reader = AzureBlobStore.WithSignature(AzuriteServer.Signed(container, "r"));
        Assert.Equal([1, 2, 3], await ReadAsync(reader, blob));
        foreach (Func<Task> forbidden in (Func<Task>[])
            [() => wrong.OpenAsync(blob), () => reader.PutAsync("b", new MemoryStream([1])), () => reader.DeleteAsync("a"), () => ListAsync(reader)])
        {
            BlobException refused = await Assert.ThrowsAsync<BlobException>(forbidden);
            Assert.Equal("blob-store", refused.Code);
            Assert.Contains("403", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("sig=", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["a"], await ListAsync(owner));
    }

    [Theory]
    [InlineData("Container=https://x/y;Account=a")]
    [InlineData("Container=https://x/y;Account=a;Key=not base64!")]
    [InlineData("Container=nowhere;Account=a;Key=AAAA")]
    public void A_setting_that_names_no_store_is_refused(string setting) =>
        Assert.Equal("bad-blob-store", Assert.Throws<GrainException>(() => BlobStores.Open(setting)).Code);

    private static async Task<AzureBlobStore> StoreAsync(FaultyProxy proxy)
    {
        AzuriteServer server = await AzuriteServer.SharedAsync();
        Uri container = server.NewContainer();
        using (AzureBlobStore direct = AzureBlobStore.WithSharedKey(container, AzuriteServer.Account, AzuriteServer.Key)) await direct.CreateContainerAsync();
        return AzureBlobStore.WithSharedKey(new UriBuilder(container) { Port = proxy.Port }.Uri, AzuriteServer.Account, AzuriteServer.Key);
    }

    private static async Task<byte[]> ReadAsync(AzureBlobStore store, BlobInfo blob)
    {
        await using Stream stream = await store.OpenAsync(blob);
        var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }

    private static async Task<List<string>> ListAsync(AzureBlobStore store)
    {
        var keys = new List<string>();
        await foreach (BlobEntry entry in store.ListAsync("")) keys.Add(entry.Key);
        return keys;
    }
}
