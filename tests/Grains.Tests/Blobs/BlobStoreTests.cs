using System.Security.Cryptography;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests.Blobs;

/// <summary>What every blob store does alike.</summary>
public class BlobStoreTests
{
    // More than two blocks of Azure's, and no whole number of them.
    private const int Large = (20 << 20) + 12345;

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    public async Task What_was_written_is_read_with_its_length_and_checksum(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        foreach (int length in (int[])[0, 1, 1000, Large])
        {
            byte[] content = Content(length);
            BlobInfo blob = await store.Blobs.PutAsync($"t/{length}", new MemoryStream(content));
            Assert.Equal(new BlobInfo($"t/{length}", length, Convert.ToHexStringLower(SHA256.HashData(content))), blob);
            Assert.Equal(content, await ReadAsync(await store.Blobs.OpenAsync(blob)));
        }
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    public async Task A_blob_that_is_written_again_is_the_new_one_alone(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        BlobInfo old = await store.Blobs.PutAsync("a", new MemoryStream(Content(3000)));
        BlobInfo now = await store.Blobs.PutAsync("a", new MemoryStream(Content(1000, seed: 2)));
        Assert.Equal(Content(1000, seed: 2), await ReadAsync(await store.Blobs.OpenAsync(now)));
        await CorruptAsync(async () => await ReadAsync(await store.Blobs.OpenAsync(old)));
        Assert.Single(await ListAsync(store, ""));
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    public async Task Any_part_can_be_read_and_nothing_outside(StoreKind kind)
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
    public async Task What_is_missing_or_not_what_was_written_is_told(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        var nothing = new BlobInfo("a", 5, new string('0', 64));
        Assert.Equal("blob-missing", (await Assert.ThrowsAsync<BlobException>(() => store.Blobs.OpenAsync(nothing))).Code);
        Assert.Equal("blob-missing", (await Assert.ThrowsAsync<BlobException>(() => store.Blobs.OpenRangeAsync(nothing, 0, 1))).Code);

        // Of the same length, longer, shorter: as after a fault of the medium.
        BlobInfo blob = await store.Blobs.PutAsync("a", new MemoryStream(Content(5000)));
        foreach (byte[] other in (byte[][])[Content(5000, seed: 2), Content(5001), Content(4999), []])
        {
            await store.Blobs.PutAsync("a", new MemoryStream(other));
            await CorruptAsync(async () => await ReadAsync(await store.Blobs.OpenAsync(blob)));

            // A reader that knows the length and asks for no more finds out as well.
            await CorruptAsync(async () =>
            {
                await using Stream stream = await store.Blobs.OpenAsync(blob);
                await stream.ReadExactlyAsync(new byte[5000]);
            });
        }

        await CorruptAsync(async () => await ReadAsync(await store.Blobs.OpenRangeAsync(blob, 10, 10)));
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    public async Task A_write_that_breaks_off_leaves_nothing_to_be_seen(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        BlobInfo before = await store.Blobs.PutAsync("there", new MemoryStream(Content(100)));
        using var stop = new CancellationTokenSource();
        foreach (string key in (string[])["there", "new"])
        {
            await Assert.ThrowsAsync<EndOfStreamException>(() => store.Blobs.PutAsync(
                key, new Broken(Large, () => throw new EndOfStreamException("the client has gone"))));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Blobs.PutAsync(
                key, new Broken(Large, stop.Cancel), cancellation: stop.Token));
            Assert.Equal("blob-too-large", (await Assert.ThrowsAsync<BlobException>(
                () => store.Blobs.PutAsync(key, new MemoryStream(Content(Large)), maxBytes: Large - 1))).Code);
        }

        Assert.Equal(["there"], await ListAsync(store, ""));
        Assert.Equal(Content(100), await ReadAsync(await store.Blobs.OpenAsync(before)));
        Assert.Equal("blob-missing", (await Assert.ThrowsAsync<BlobException>(() => store.Blobs.OpenAsync(before with { Key = "new" }))).Code);
        if (store.Files is { } files) Assert.Single(files);
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    public async Task A_listing_names_all_that_begin_alike_and_nothing_else(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        string[] keys = [.. Enumerable.Range(0, 20).Select(i => $"a/b/{i}"), "a/b-2/x", "a/c", "ab", "b/a/b/1"];
        foreach (string key in keys) await store.Blobs.PutAsync(key, new MemoryStream(Content(key.Length)));
        foreach (string prefix in (string[])["", "a", "a/", "a/b", "a/b/", "a/b/1", "ab", "c", "a/b/1/"])
            Assert.Equal(keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal), await ListAsync(store, prefix));
        await foreach (BlobEntry entry in store.Blobs.ListAsync("a/c"))
        {
            Assert.Equal(3, entry.Bytes);
            Assert.InRange(entry.Modified, DateTimeOffset.UtcNow.AddMinutes(-2), DateTimeOffset.UtcNow.AddMinutes(2));
        }

        foreach (string key in keys) await store.Blobs.DeleteAsync(key);
        await store.Blobs.DeleteAsync(keys[0]);
        Assert.Empty(await ListAsync(store, ""));
        if (store.Files is { } files) Assert.Empty(files);
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    public async Task What_is_no_key_is_refused(StoreKind kind)
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
    public async Task Many_at_once_do_not_get_in_each_others_way(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(n => Task.Run(async () =>
        {
            for (int round = 0; round < 3; round++)
            {
                // The same directory comes and goes all the time.
                byte[] content = Content(1000 + n, seed: n);
                BlobInfo blob = await store.Blobs.PutAsync($"d/{n}/x", new MemoryStream(content));
                Assert.Equal(content, await ReadAsync(await store.Blobs.OpenAsync(blob)));
                await store.Blobs.DeleteAsync(blob.Key);
            }
        })));
        Assert.Empty(await ListAsync(store, ""));
    }

    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    public async Task Of_writers_of_one_key_the_whole_content_of_one_is_there(StoreKind kind)
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
                // Another's commit took the blocks away.
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
                // Another one's.
            }
        }

        Assert.Single(whole);
        Assert.Equal(["a"], await ListAsync(store, ""));
    }

    /// <summary>docs/grains.md, "Fencing": what a replaced activation leaves has no row, and is swept.</summary>
    [Theory]
    [InlineData(StoreKind.Files)]
    [AzureStores]
    public async Task A_blob_of_an_activation_that_was_replaced_is_swept_and_one_that_is_being_written_is_not(StoreKind kind)
    {
        using TestStore store = await TestStore.NewAsync(kind);
        await using Bundle bundle = await Bundle.NewAsync(Database.Sqlite);
        string tenant = await bundle.TenantAsync();
        await bundle.SubmitAsync(tenant, await bundle.VideoRowAsync(tenant));
        await using TestNode a = bundle.Node("a"), b = bundle.Node("b");
        Activation old = await a.BeginAsync();
        Activation now = (await b.Turns.BeginAsync(old.Grain, "b", b.Capacity))!;
        string late = BlobKey.Written(tenant, old.Grain, old.Epoch, "sample.mp4"), current = BlobKey.Written(tenant, now.Grain, now.Epoch, "sample.mp4");
        string upload = BlobKey.Original(tenant, "x");
        foreach (string key in (string[])[late, current, upload]) await store.Blobs.PutAsync(key, new MemoryStream([1]));
        var sweeper = new Sweeper(bundle.Store, store.Blobs);
        Assert.Equal(1, await sweeper.SweepOrphansAsync(TimeSpan.FromDays(1)));
        Assert.Equal(((string[])[current, upload]).Order(StringComparer.Ordinal), await ListAsync(store, ""));
        Assert.Equal(1, await sweeper.SweepOrphansAsync(TimeSpan.FromDays(-1)));
        Assert.Equal([current], await ListAsync(store, ""));
    }

    [Fact]
    public async Task A_link_that_was_planted_among_the_files_is_not_followed()
    {
        using TestStore store = await TestStore.NewAsync(StoreKind.Files);
        string outside = Directory.CreateTempSubdirectory("vgpnn-outside-").FullName;
        byte[] secret = Content(20);
        await File.WriteAllBytesAsync(Path.Combine(outside, "secret"), secret);
        File.CreateSymbolicLink(store["link"], Path.Combine(outside, "secret"));
        Directory.CreateSymbolicLink(store["directory"], outside);
        string sum = Convert.ToHexStringLower(SHA256.HashData(secret));
        await CorruptAsync(async () => await ReadAsync(await store.Blobs.OpenAsync(new BlobInfo("link", 20, sum))));
        await CorruptAsync(async () => await ReadAsync(await store.Blobs.OpenAsync(new BlobInfo("directory/secret", 20, sum))));
        Assert.Empty(await ListAsync(store, ""));
        Directory.Delete(outside, recursive: true);
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

    private static async Task CorruptAsync(Func<Task> read) => Assert.Equal("blob-corrupt", (await Assert.ThrowsAsync<BlobException>(read)).Code);

    /// <summary>Content after whose first half something happens.</summary>
    private sealed class Broken(int length, Action then) : MemoryStream(Content(length))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > length / 2) then();
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 << 20)], cancellationToken);
        }
    }
}
