using System.Reflection;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Storage.Blobs.Cloud;
using Vgpnn.Testing.Cluster;
using Xunit.Sdk;

namespace Vgpnn.Grains.Tests.Storage;

/// <summary>The blob stores that the conformance tests run on.</summary>
public enum StoreKind
{
    /// <summary>Files.</summary>
    Files,

    /// <summary>Azure Blob Storage with a connection string.</summary>
    AzureKey,

    /// <summary>Azure Blob Storage with a container's address and a shared access signature.</summary>
    AzureSignature,

    /// <summary>S3.</summary>
    S3,
}

/// <summary>The kinds of Azure Blob Storage; skipped, with the reason, without Azurite.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AzureStoresAttribute : DataAttribute
{
    /// <summary>Looks for Azurite.</summary>
    public AzureStoresAttribute() => Skip = AzuriteServer.Missing;

    /// <inheritdoc/>
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[StoreKind.AzureKey], [StoreKind.AzureSignature]];
}

/// <summary>S3; skipped, with the reason, without a server.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class S3StoresAttribute : DataAttribute
{
    /// <summary>Looks for a server.</summary>
    public S3StoresAttribute() => Skip = S3Server.Missing;

    /// <inheritdoc/>
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[StoreKind.S3]];
}

/// <summary>A test that needs Azurite; skipped, with the reason, without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AzureFactAttribute : FactAttribute
{
    /// <summary>Looks for Azurite.</summary>
    public AzureFactAttribute() => Skip = AzuriteServer.Missing;
}

/// <summary>A theory that needs Azurite; skipped, with the reason, without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AzureTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks for Azurite.</summary>
    public AzureTheoryAttribute() => Skip = AzuriteServer.Missing;
}

/// <summary>An empty store for one test.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly string? _directory;

    private TestStore(IBlobStore blobs, string? directory)
    {
        Blobs = blobs;
        _directory = directory;

        // Small pages, so that listings of a few blobs take several.
        if (blobs is AzureBlobs azure) azure.PageSize = 7;
        if (blobs is S3Blobs s3) s3.PageSize = 7;
    }

    public IBlobStore Blobs { get; }

    /// <summary>Paths of all files of the store; <c>null</c> for a store without a directory.</summary>
    public string[]? Files => _directory is null ? null : Directory.GetFiles(_directory, "*", SearchOption.AllDirectories);

    /// <summary>Path of a blob's file.</summary>
    public string this[string key] => Path.Combine(_directory!, key);

    public static async Task<TestStore> NewAsync(StoreKind kind)
    {
        if (kind == StoreKind.Files)
        {
            string directory = Directory.CreateTempSubdirectory("vgpnn-blobs-").FullName;
            return await PreparedAsync(new TestStore(BlobStores.Open(directory), directory));
        }

        if (kind == StoreKind.S3) return await PreparedAsync(new TestStore(BlobStores.Open((await S3Server.SharedAsync()).Setting(S3Server.NewName())), null));
        string container = AzuriteServer.NewName();
        string connection = (await AzuriteServer.SharedAsync()).ConnectionString;
        TestStore owner = await PreparedAsync(new TestStore(BlobStores.Open($"azure:{connection}Container={container}"), null));
        return kind == StoreKind.AzureKey
            ? owner
            : await PreparedAsync(new TestStore(BlobStores.Open($"azure:{Signed(connection, container, BlobContainerSasPermissions.All)}"), null));
    }

    /// <summary>Address of a container with a shared access signature for one hour.</summary>
    public static Uri Signed(string connection, string container, BlobContainerSasPermissions permissions) =>
        new BlobContainerClient(connection, container).GenerateSasUri(permissions, DateTimeOffset.UtcNow.AddHours(1));

    public void Dispose()
    {
        if (_directory is not null) Directory.Delete(_directory, recursive: true);
    }

    private static async Task<TestStore> PreparedAsync(TestStore store)
    {
        await store.Blobs.PrepareAsync();
        await store.Blobs.PrepareAsync();
        return store;
    }
}
