using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Media.Stills;

namespace Vgpnn.Silo.Api.Rendering;

/// <summary>Content as an answer: with ranges and an entity tag, cached by its reader only, and never executed.</summary>
internal static class ContentResult
{
    public static IResult OfBlob(HttpContext context, IBlobStore blobs, StoredBlob blob, string type, string? saveAs = null) =>
        OfStream(context, new BlobStream(blobs, blob.Info()), blob, type, saveAs);

    /// <summary>The media type of a thumbnail or preview; those that earlier versions stored are PNG.</summary>
    public static string StillType(StoredBlob blob) =>
        blob.Key.EndsWith(SmallPicture.Extension, StringComparison.Ordinal) ? SmallPicture.MediaType : "image/png";

    /// <summary>A blob that may have been replaced since it was named; 204 if so.</summary>
    public static async Task<IResult> OfReplaceableAsync(HttpContext context, IBlobStore blobs, StoredBlob blob, string type)
    {
        var stream = new BlobStream(blobs, blob.Info());
        try
        {
            await stream.OpenAsync(context.RequestAborted);
        }
        catch (BlobException e) when (e.Code == "blob-missing")
        {
            return TypedResults.NoContent();
        }

        return OfStream(context, stream, blob, type, null);
    }

    public static IResult OfBytes(HttpContext context, byte[] bytes, string type, string tag, string? saveAs = null)
    {
        Guard(context);
        return TypedResults.Bytes(bytes, type, saveAs, enableRangeProcessing: true, entityTag: new($"\"{tag}\""));
    }

    private static FileStreamHttpResult OfStream(HttpContext context, BlobStream stream, StoredBlob blob, string type, string? saveAs)
    {
        Guard(context);
        return TypedResults.Stream(stream, type, saveAs, entityTag: new($"\"{blob.Sha256}\""), enableRangeProcessing: true);
    }

    private static void Guard(HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, max-age=3600";
        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
    }
}
