using Vgpnn.Grains;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Values;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Api.Videos;

/// <summary>Stores files as videos of a tenant.</summary>
internal sealed partial class VideoUploads(IGrainFactory grains, IBlobStore blobs, SiloSettings settings, ILogger<VideoUploads> log)
{
    /// <summary>Stores a file, streamed; content that the tenant has already is not kept twice.</summary>
    /// <exception cref="GrainException"><c>quota-…</c>.</exception>
    /// <exception cref="BlobException">The file is too long, or the store failed.</exception>
    public async Task<VideoStatus> StoreAsync(string tenant, string name, Stream content, CancellationToken cancellation)
    {
        TenantStatus status = await grains.Tenant(tenant).Get().WaitAsync(cancellation);
        long left = Math.Max(1, status.Limits.MaxBytes - status.BytesStored);
        BlobInfo file;
        try
        {
            file = await blobs.PutAsync(BlobKeys.Upload(tenant, NewId.Make()), content, Math.Min(left, settings.MaxUpload), cancellation);
        }
        catch (BlobException e) when (e.Code == "blob-too-large" && left < settings.MaxUpload)
        {
            throw new ApiException(413, "too-large", $"the upload is larger than the {left} bytes that the tenant has left", "delete videos or requests");
        }

        try
        {
            StoredVideo stored = await grains.Video(tenant, Ids.OfVideo(file.Sha256)).Store(new NewVideo(name, file.Stored()));
            if (!stored.Taken) await DiscardAsync(file);
            return stored.Video;
        }
        catch (GrainException e) when (!e.IsTransient)
        {
            // After a transient failure the file may be the video's.
            await DiscardAsync(file);
            throw;
        }
    }

    // A file that stays is swept: no grain names it.
    private async Task DiscardAsync(BlobInfo file)
    {
        try
        {
            await blobs.DeleteAsync(file.Key, CancellationToken.None);
        }
        catch (BlobException e)
        {
            LogNotDiscarded(log, file.Key, e.Message);
        }
    }

    [LoggerMessage(721, LogLevel.Warning, "Upload {Key} is not needed and could not be deleted: {Reason}")]
    private static partial void LogNotDiscarded(ILogger log, string key, string reason);
}
