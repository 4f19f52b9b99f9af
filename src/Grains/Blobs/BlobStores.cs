using System.Data.Common;

namespace Vgpnn.Grains.Blobs;

/// <summary>Opens the blob store that a setting names.</summary>
public static class BlobStores
{
    /// <summary>
    /// A directory; or for Azure Blob Storage <c>Container=https://…;Account=…;Key=…</c>, or the container's address with
    /// a shared access signature.
    /// </summary>
    /// <exception cref="GrainException">It is none of these.</exception>
    public static IBlobStore Open(string setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        if (setting.StartsWith("https://", StringComparison.Ordinal) || setting.StartsWith("http://", StringComparison.Ordinal))
            return AzureBlobStore.WithSignature(new Uri(setting));
        if (!setting.StartsWith("Container=", StringComparison.OrdinalIgnoreCase)) return new FileBlobStore(setting);
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = setting };
            return AzureBlobStore.WithSharedKey(new Uri((string)parts["Container"]), (string)parts["Account"], (string)parts["Key"]);
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException or FormatException)
        {
            throw new GrainException("bad-blob-store", "the blob store's setting needs Container=ADDRESS;Account=NAME;Key=BASE64");
        }
    }

    /// <summary>Makes what a store needs before its first blob: in Azure Blob Storage the container, where the setting has the account's key.</summary>
    /// <exception cref="BlobException">The store cannot be reached.</exception>
    public static async Task PrepareAsync(string setting, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(setting);
        if (setting.StartsWith("Container=", StringComparison.OrdinalIgnoreCase) && Open(setting) is AzureBlobStore azure)
            await azure.CreateContainerAsync(cancellation).ConfigureAwait(false);
    }
}
