using System.Security.Cryptography;
using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Tests.Storage;

/// <summary>Conformance tests of all blob stores.</summary>
public class BlobStoreTests
{
    // More than four of Azure's blocks, not a whole number of them.
    private const int Large = (18 << 20) + 12345;

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Blob_reads_back_with_length_and_checksum(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        foreach (int length in (int[])[0, 1, 1000, 4 << 20, Large])
        {
            byte[] content = Content(length);
            BlobInfo blob = await store.Blobs.PutAsync($"t/{length}", new MemoryStream(content));
            Assert.Equal(new BlobInfo($"t/{length}", length, Convert.ToHexStringLower(SHA256.HashData(content))), blob);
            Assert.Equal(content, await ReadAsync(await store.Blobs.OpenAsync(blob)));

            // From a stream without a known length.
            BlobInfo streamed = await store.Blobs.PutAsync($"t/{length}-streamed", new UnseekableStream(content));
            Assert.Equal(blob with { Key = streamed.Key }, streamed);
            Assert.Equal(content, await ReadAsync(await store.Blobs.OpenAsync(streamed)));
        }

        var rest = new MemoryStream(Content(1000)) { Position = 900 };
        BlobInfo tail = await store.Blobs.PutAsync("t/rest", rest);
        Assert.Equal(Content(1000)[900..], await ReadAsync(await store.Blobs.OpenAsync(tail)));
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Blob_can_be_read_synchronously(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        BlobInfo blob = await store.Blobs.PutAsync("a", new MemoryStream(Content(100_000)));
        using Stream stream = await store.Blobs.OpenAsync(blob);
        Assert.Equal(100_000, stream.Length);
        var read = new MemoryStream();
        stream.CopyTo(read);
        Assert.Equal(Content(100_000), read.ToArray());
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Second_write_replaces_the_blob(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        BlobInfo old = await store.Blobs.PutAsync("a", new MemoryStream(Content(3000)));
        BlobInfo now = await store.Blobs.PutAsync("a", new MemoryStream(Content(1000, seed: 2)));
        Assert.Equal(Content(1000, seed: 2), await ReadAsync(await store.Blobs.OpenAsync(now)));
        await AssertFailsAsync("blob-corrupt", async () => await ReadAsync(await store.Blobs.OpenAsync(old)));
        Assert.Single(await ListAsync(store, ""));
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Range_within_the_blob_is_read_and_any_other_is_refused(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        byte[] content = Content(Large);
        BlobInfo blob = await store.Blobs.PutAsync("a", new MemoryStream(content));
        foreach ((int offset, int length) in ((int, int)[])[(0, 1), (0, Large), (Large - 1, 1), (8 << 20, 100), ((8 << 20) - 50, 100), (7, 12 << 20)])
            Assert.Equal(content[offset..(offset + length)], await ReadAsync(await store.Blobs.OpenRangeAsync(blob, offset, length)));
        foreach ((int offset, int length) in ((int, int)[])[(-1, 2), (0, 0), (0, Large + 1), (Large, 1)])
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.Blobs.OpenRangeAsync(blob, offset, length));
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Missing_blob_is_reported(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        var missing = new BlobInfo("a", 5, new string('0', 64));
        await AssertFailsAsync("blob-missing", () => store.Blobs.OpenAsync(missing));
        await AssertFailsAsync("blob-missing", () => store.Blobs.OpenRangeAsync(missing, 0, 1));
        await store.Blobs.PutAsync("a/b", new MemoryStream([1]));
        await AssertFailsAsync("blob-missing", () => store.Blobs.OpenAsync(missing));
        await AssertFailsAsync("blob-missing", () => store.Blobs.OpenAsync(missing with { Key = "a/c" }));
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Changed_content_is_reported(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        BlobInfo blob = await store.Blobs.PutAsync("a", new MemoryStream(Content(5000)));
        foreach (byte[] changed in (byte[][])[Content(5000, seed: 2), Content(5001), Content(4999), []])
        {
            await store.Blobs.PutAsync("a", new MemoryStream(changed));
            await AssertFailsAsync("blob-corrupt", async () => await ReadAsync(await store.Blobs.OpenAsync(blob)));

            // A reader that does not read beyond the known length gets the failure as well.
            await AssertFailsAsync("blob-corrupt", async () =>
            {
                await using Stream stream = await store.Blobs.OpenAsync(blob);
                await stream.ReadExactlyAsync(new byte[5000]);
            });
        }

        await AssertFailsAsync("blob-corrupt", async () => await ReadAsync(await store.Blobs.OpenRangeAsync(blob, 10, 10)));
        BlobInfo empty = await store.Blobs.PutAsync("a", new MemoryStream());
        await AssertFailsAsync("blob-corrupt", async () => await ReadAsync(await store.Blobs.OpenAsync(empty with { Sha256 = blob.Sha256 })));
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Failed_or_cancelled_write_leaves_nothing(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        BlobInfo before = await store.Blobs.PutAsync("existing", new MemoryStream(Content(100)));
        using var cancelled = new CancellationTokenSource();
        foreach (string key in (string[])["existing", "new"])
        {
            await Assert.ThrowsAsync<EndOfStreamException>(() => store.Blobs.PutAsync(
                key, new InterruptedStream(Large, () => throw new EndOfStreamException("the client disconnected"))));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Blobs.PutAsync(
                key, new InterruptedStream(Large, cancelled.Cancel), cancellation: cancelled.Token));
        }

        Assert.Equal(["existing"], await ListAsync(store, ""));
        Assert.Equal(Content(100), await ReadAsync(await store.Blobs.OpenAsync(before)));
        await AssertFailsAsync("blob-missing", () => store.Blobs.OpenAsync(before with { Key = "new" }));
        if (store.Files is { } files) Assert.Single(files);
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Content_longer_than_allowed_is_refused_and_leaves_nothing(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        BlobInfo before = await store.Blobs.PutAsync("existing", new MemoryStream(Content(100)));
        foreach (string key in (string[])["existing", "new"])
            foreach (int length in (int[])[1, 1000, 4 << 20, Large])
                foreach (Stream content in (Stream[])[new MemoryStream(Content(length)), new UnseekableStream(Content(length))])
                    await AssertFailsAsync("blob-too-large", () => store.Blobs.PutAsync(key, content, maxBytes: length - 1));
        Assert.Equal(["existing"], await ListAsync(store, ""));
        Assert.Equal(Content(100), await ReadAsync(await store.Blobs.OpenAsync(before)));
        if (store.Files is { } files) Assert.Single(files);
        foreach (int length in (int[])[0, 1, 1000, 4 << 20])
            Assert.Equal(length, (await store.Blobs.PutAsync("fits", new MemoryStream(Content(length)), maxBytes: length)).Bytes);
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Listing_finds_exactly_the_keys_with_the_prefix(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        string[] keys = [.. Enumerable.Range(0, 20).Select(i => $"a/b/{i}"), "a/b-2/x", "a/c", "ab", "b/a/b/1"];
        foreach (string key in keys) await store.Blobs.PutAsync(key, new MemoryStream(Content(key.Length)));
        foreach (string prefix in (string[])["", "a", "a/", "a/b", "a/b/", "a/b/1", "ab", "c", "c/", "a/b/1/", "ab/c/d"])
            Assert.Equal(keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal), await ListAsync(store, prefix));
        await foreach (BlobEntry entry in store.Blobs.ListAsync("a/c"))
        {
            Assert.Equal(3, entry.Bytes);
            Assert.InRange(entry.Modified, DateTimeOffset.UtcNow.AddMinutes(-2), DateTimeOffset.UtcNow.AddMinutes(2));
        }

        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (BlobEntry _ in store.Blobs.ListAsync("", cancelled.Token)) await cancelled.CancelAsync();
            await foreach (BlobEntry _ in store.Blobs.ListAsync("", cancelled.Token)) Assert.Fail("cancelled");
        });
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Deleted_blob_is_gone_and_deleting_it_again_succeeds(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        BlobInfo blob = await store.Blobs.PutAsync("a/b/c", new MemoryStream(Content(100)));
        await store.Blobs.PutAsync("a/d", new MemoryStream(Content(100)));
        for (int i = 0; i < 2; i++)
        {
            await store.Blobs.DeleteAsync("a/b/c");
            await AssertFailsAsync("blob-missing", () => store.Blobs.OpenAsync(blob));
            Assert.Equal(["a/d"], await ListAsync(store, ""));
        }

        await store.Blobs.DeleteAsync("a/d/e");
        await store.Blobs.DeleteAsync("x/y");
        Assert.Equal(["a/d"], await ListAsync(store, ""));
        if (store.Files is { } files) Assert.Single(files);
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Deleting_a_prefix_deletes_exactly_its_blobs_and_counts_them(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        string[] inside = [.. Enumerable.Range(0, 25).Select(i => $"t/requests/r/{i:D7}/1/x")];
        string[] outside = ["t/requests/r-2/0000000/1/x", "t/requests/rs", "t/uploads/r"];
        foreach (string key in inside.Concat(outside)) await store.Blobs.PutAsync(key, new MemoryStream(Content(10)));
        Assert.Equal(1, await store.Blobs.DeletePrefixAsync("t/requests/r/0000007/"));
        Assert.Equal(24, await store.Blobs.DeletePrefixAsync("t/requests/r/"));
        Assert.Equal(0, await store.Blobs.DeletePrefixAsync("t/requests/r/"));
        Assert.Equal(outside.Order(StringComparer.Ordinal), await ListAsync(store, ""));
        foreach (string prefix in (string[])["", "/", "t", "t/requests/r", "t//", "../", "t/../", ".staging/", "T/"])
            await Assert.ThrowsAsync<ArgumentException>(() => store.Blobs.DeletePrefixAsync(prefix));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Blobs.DeletePrefixAsync("t/", new CancellationToken(canceled: true)));
        Assert.Equal(3, await store.Blobs.DeletePrefixAsync("t/"));
        if (store.Files is { } files) Assert.Empty(files);
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Invalid_key_is_refused(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        string[] hostile =
        [
            "", "/", "a/", "/a", "a//b", ".", "..", "../a", "a/../b", "a/./b", ".staging/a", "a/.b", "A", "a b", "a\0b", "a\nb", "a\\b", "a%2fb",
            "a?b", "a#b", "a&b", "-i", "ä", "a%03d", "~", "a:b", new string('a', 513), "/etc/passwd", "file:a",
        ];
        foreach (string key in hostile)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => store.Blobs.PutAsync(key, new MemoryStream([1])));
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.Blobs.OpenAsync(new BlobInfo(key, 1, "")));
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.Blobs.OpenRangeAsync(new BlobInfo(key, 1, ""), 0, 1));
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.Blobs.DeleteAsync(key));
            if (key is not ("" or "a/")) await Assert.ThrowsAsync<ArgumentException>(() => ListAsync(store, key));
        }

        Assert.Empty(await ListAsync(store, ""));
        string longest = new('a', 250);
        await store.Blobs.PutAsync($"{longest}/{longest}", new MemoryStream([1]));
        Assert.Single(await ListAsync(store, longest));
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Concurrent_writes_and_deletions_in_one_directory_do_not_interfere(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(n => Task.Run(async () =>
        {
            for (int round = 0; round < 5; round++)
            {
                // The directory disappears with its last blob and comes back with the next.
                byte[] content = Content(1000 + n, seed: n);
                BlobInfo blob = await store.Blobs.PutAsync($"d/{n % 3}/{n}", new MemoryStream(content));
                Assert.Equal(content, await ReadAsync(await store.Blobs.OpenAsync(blob)));
                if (n % 2 == 0) await store.Blobs.DeleteAsync(blob.Key);
                else Assert.InRange(await store.Blobs.DeletePrefixAsync("e/"), 0, 0);
                await ListAsync(store, "d/");
            }
        })));
        Assert.Equal(6, await store.Blobs.DeletePrefixAsync("d/"));
        Assert.Empty(await ListAsync(store, ""));
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    [S3Stores]
    public async Task Concurrent_writers_of_one_key_never_mix_their_content(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        BlobInfo?[] written = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(async () =>
        {
            try
            {
                return await store.Blobs.PutAsync("a", new MemoryStream(Content(9 << 20, seed: n)));
            }
            catch (BlobException e) when (kind != StoreKind.Files && e.Code == "blob-store")
            {
                // Another writer's commit discarded the blocks.
                return null;
            }
        })));
        var whole = new List<BlobInfo>();
        foreach (BlobInfo blob in written.OfType<BlobInfo>())
        {
            try
            {
                await ReadAsync(await store.Blobs.OpenAsync(blob));
                whole.Add(blob);
            }
            catch (BlobException e) when (e.Code == "blob-corrupt")
            {
                // Another writer's content.
            }
        }

        Assert.Single(whole);
        Assert.Equal(["a"], await ListAsync(store, ""));
    }

    private static byte[] Content(int length, int seed = 1)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        await using (stream)
        {
            var content = new MemoryStream();
            await stream.CopyToAsync(content);
            return content.ToArray();
        }
    }

    private static async Task<string[]> ListAsync(TestStore store, string prefix)
    {
        var keys = new List<string>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(prefix)) keys.Add(entry.Key);
        return [.. keys.Order(StringComparer.Ordinal)];
    }

    private static async Task AssertFailsAsync(string code, Func<Task> action) => Assert.Equal(code, (await Assert.ThrowsAsync<BlobException>(action)).Code);

    /// <summary>A stream like a request's body: no length, short reads.</summary>
    private sealed class UnseekableStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span[..Math.Min(buffer.Length, 100_000)]));
    }

    /// <summary>A stream that calls an action once more than half of it has been read.</summary>
    private sealed class InterruptedStream(int length, Action action) : MemoryStream(Content(length))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > length / 2) action();
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 << 20)], cancellationToken);
        }
    }
}
