namespace Vgpnn.Grains.Storage.Blobs;

/// <summary>What a blob belongs to.</summary>
public enum BlobKind
{
    /// <summary>Nothing of a tenant's, such as the data protection keys.</summary>
    Other,

    /// <summary>An uploaded original.</summary>
    Upload,

    /// <summary>A video: written by an attempt to ingest it.</summary>
    Video,

    /// <summary>A sample: written by an attempt to make it.</summary>
    Sample,
}

/// <summary>The owner of a blob, as its key names it; see <see cref="BlobKeys.TryParse"/>.</summary>
/// <param name="Kind">Kind of owner; the other values of <see cref="BlobKind.Other"/> are empty.</param>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Id">Id of the upload, the video, or the sample's request.</param>
/// <param name="Index">The sample's number in its request; <c>null</c> for uploads and videos.</param>
/// <param name="Attempt">The attempt that wrote the blob; <c>null</c> for uploads.</param>
public readonly record struct BlobOwner(BlobKind Kind, string Tenant, string Id, int? Index = null, long? Attempt = null);
