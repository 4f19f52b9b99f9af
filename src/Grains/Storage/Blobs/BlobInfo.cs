namespace Vgpnn.Grains.Storage.Blobs;

/// <summary>A blob as it was written; readers verify it.</summary>
/// <param name="Key">Name in the store (<see cref="BlobKeys"/>).</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">SHA-256 of the content in lower-case hexadecimal.</param>
public sealed record BlobInfo(string Key, long Bytes, string Sha256);
