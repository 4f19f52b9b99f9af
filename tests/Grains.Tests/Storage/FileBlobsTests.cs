using System.Security.Cryptography;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Tests.Storage;

/// <summary>Behaviour of the file store only.</summary>
public class FileBlobsTests
{
    [Fact]
    public async Task Planted_links_are_not_followed()
    {
        using TestStore store = await TestStore.NewAsync(StoreKind.Files);
        using var outside = new TemporaryDirectory();
        byte[] secret = [.. Enumerable.Range(0, 20).Select(i => (byte)i)];
        string file = Path.Combine(outside.Path, "secret");
        await File.WriteAllBytesAsync(file, secret);
        File.CreateSymbolicLink(store["link"], file);
        Directory.CreateSymbolicLink(store["directory"], outside.Path);
        var linked = new BlobInfo("link", 20, Convert.ToHexStringLower(SHA256.HashData(secret)));
        BlobInfo within = linked with { Key = "directory/secret" };
        foreach (Func<Task> access in (Func<Task>[])
        [
            () => store.Blobs.OpenAsync(linked), () => store.Blobs.OpenAsync(within), () => store.Blobs.OpenRangeAsync(within, 0, 1),
            () => store.Blobs.PutAsync("directory/new", new MemoryStream([1])), () => store.Blobs.DeleteAsync("directory/secret"),
        ])
            Assert.Equal("blob-corrupt", (await Assert.ThrowsAsync<BlobException>(access)).Code);
        foreach (string prefix in (string[])["", "directory/", "directory/secret"])
            await foreach (BlobEntry entry in store.Blobs.ListAsync(prefix)) Assert.Fail($"found {entry.Key}");
        Assert.Equal(0, await store.Blobs.DeletePrefixAsync("directory/"));
        Assert.Equal([file], Directory.GetFiles(outside.Path));
        Assert.Equal(secret, await File.ReadAllBytesAsync(file));
    }

    [Fact]
    public async Task Missing_directory_is_a_failure_of_the_store_and_not_an_empty_store()
    {
        using var parent = new TemporaryDirectory();
        IBlobStore store = BlobStores.Open(Path.Combine(parent.Path, "blobs"));
        var blob = new BlobInfo("a/b", 1, new string('0', 64));
        foreach (Func<Task> access in (Func<Task>[])
        [
            () => store.OpenAsync(blob), () => store.PutAsync("a", new MemoryStream([1])), () => store.DeleteAsync("a/b"), () => store.DeletePrefixAsync("a/"),
            async () => await store.ListAsync("").ToListAsync(), async () => await store.ListAsync("a/b").ToListAsync(),
        ])
            Assert.Equal("blob-store", (await Assert.ThrowsAsync<BlobException>(access)).Code);
        Assert.Empty(Directory.GetFileSystemEntries(parent.Path));
        await store.PrepareAsync();
        Assert.Equal(0, await store.DeletePrefixAsync("a/"));
        Assert.Equal(1, (await store.PutAsync("a/b", new MemoryStream([1]))).Bytes);
    }

    [Fact]
    public async Task Preparing_makes_a_private_directory_and_removes_old_remains_of_writes()
    {
        using var parent = new TemporaryDirectory();
        string root = Path.Combine(parent.Path, "x", "blobs");
        IBlobStore store = BlobStores.Open(root);
        await store.PrepareAsync();
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(root));
        string old = Path.Combine(root, ".staging", "old"), current = Path.Combine(root, ".staging", "current");
        foreach (string file in (string[])[old, current]) await File.WriteAllTextAsync(file, "half");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));
        await store.PrepareAsync();
        Assert.Equal([current], Directory.GetFiles(Path.Combine(root, ".staging")));
        Assert.Empty(await store.ListAsync("").ToListAsync());
    }

    [Fact]
    public async Task Reader_keeps_its_content_while_the_blob_is_replaced_and_deleted()
    {
        using TestStore store = await TestStore.NewAsync(StoreKind.Files);
        var content = new byte[1 << 20];
        new Random(1).NextBytes(content);
        BlobInfo blob = await store.Blobs.PutAsync("a", new MemoryStream(content));
        await using Stream stream = await store.Blobs.OpenAsync(blob);
        await store.Blobs.PutAsync("a", new MemoryStream([1]));
        await store.Blobs.DeleteAsync("a");
        var read = new byte[content.Length];
        await stream.ReadExactlyAsync(read);
        Assert.Equal(content, read);
    }

    private sealed class TemporaryDirectory : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("vgpnn-blobs-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
