namespace Vgpnn.Grains.Storage.Blobs;

/// <summary>A blob found by a listing.</summary>
/// <param name="Key">Name in the store (<see cref="BlobKeys"/>).</param>
/// <param name="Bytes">Length.</param>
/// <param name="Modified">Time of the write, by the store's clock.</param>
public sealed record BlobEntry(string Key, long Bytes, DateTimeOffset Modified);
