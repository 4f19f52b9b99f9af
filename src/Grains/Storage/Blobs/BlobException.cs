namespace Vgpnn.Grains.Storage.Blobs;

/// <summary>A blob could not be written or read.</summary>
/// <param name="code"><c>blob-missing</c>, <c>blob-corrupt</c>, <c>blob-too-large</c> or <c>blob-store</c>.</param>
/// <param name="message">The cause, without credentials.</param>
/// <param name="inner">The exception that caused it; <c>null</c> means none.</param>
public sealed class BlobException(string code, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Stable code in kebab case.</summary>
    public string Code { get; } = code;

    internal static BlobException Missing(string key) => new("blob-missing", $"blob {key} does not exist");

    internal static BlobException Corrupt(string key) => new("blob-corrupt", $"blob {key} differs from what was written");

    internal static BlobException TooLarge(string key, long maxBytes) => new("blob-too-large", $"blob {key} is longer than {maxBytes} bytes");

    /// <summary>The store failed.</summary>
    /// <param name="target">A blob's key or the prefix of several; empty for the whole store.</param>
    /// <param name="cause">One line.</param>
    /// <param name="inner">The exception that caused it; <c>null</c> where it may hold credentials.</param>
    internal static BlobException Store(string target, string cause, Exception? inner = null) =>
        new("blob-store", $"cannot access {(target.Length == 0 ? "the blob store" : $"blob {target}")}: {cause}", inner);
}
