using System.Reflection;
using Vgpnn.Grains.Blobs;
using Vgpnn.Testing.Cluster;
using Xunit.Sdk;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>The blob stores that every rule holds in.</summary>
public enum StoreKind
{
    /// <summary>Files of this machine.</summary>
    Files,

    /// <summary>Azure Blob Storage with the account's key.</summary>
    AzureKey,

    /// <summary>Azure Blob Storage with a shared access signature.</summary>
    AzureSignature,
}

/// <summary>The kinds of Azure Blob Storage; skipped, with the reason, where there is no Azurite.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AzureStoresAttribute : DataAttribute
{
    /// <summary>Looks for Azurite.</summary>
    public AzureStoresAttribute() => Skip = AzuriteServer.Missing;

    /// <inheritdoc/>
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[StoreKind.AzureKey], [StoreKind.AzureSignature]];
}

/// <summary>A test that needs Azurite; skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AzureFactAttribute : FactAttribute
{
    /// <summary>Looks for Azurite.</summary>
    public AzureFactAttribute() => Skip = AzuriteServer.Missing;
}

/// <summary>An empty store of a test's own.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly string? _directory;

    private TestStore(IBlobStore blobs, string? directory)
    {
        Blobs = blobs;
        _directory = directory;
    }

    public IBlobStore Blobs { get; }

    /// <summary>Files below the store's directory; null: it has none.</summary>
    public string[]? Files => _directory is null ? null : Directory.GetFiles(_directory, "*", SearchOption.AllDirectories);

    public string this[string key] => Path.Combine(_directory!, key);

    public static async Task<TestStore> NewAsync(StoreKind kind)
    {
        if (kind == StoreKind.Files)
        {
            string directory = Directory.CreateTempSubdirectory("vgpnn-blobs-").FullName;
            return new TestStore(new FileBlobStore(directory), directory);
        }

        AzuriteServer server = await AzuriteServer.SharedAsync();
        Uri container = server.NewContainer();
        using AzureBlobStore owner = Owner(container);
        await owner.CreateContainerAsync();
        return new TestStore(kind == StoreKind.AzureKey ? Owner(container) : AzureBlobStore.WithSignature(AzuriteServer.Signed(container)), null);
    }

    public void Dispose()
    {
        (Blobs as IDisposable)?.Dispose();
        if (_directory is not null) Directory.Delete(_directory, recursive: true);
    }

    // In small pages, so that a few blobs are several of them.
    private static AzureBlobStore Owner(Uri container)
    {
        AzureBlobStore store = AzureBlobStore.WithSharedKey(container, AzuriteServer.Account, AzuriteServer.Key);
        store.PageSize = 7;
        return store;
    }
}
