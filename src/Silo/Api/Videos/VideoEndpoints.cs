using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Media;
using Vgpnn.Media.Stills;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Lists;
using Vgpnn.Silo.Api.Rendering;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Silo.Settings;

using ReadResult = System.IO.Pipelines.ReadResult;
using VideoState = Vgpnn.Contracts.VideoState;

namespace Vgpnn.Silo.Api.Videos;

/// <summary>Videos. An upload is the request body itself, streamed to the blob store.</summary>
internal static class VideoEndpoints
{
    private const int MaxNameLength = 255;

    public static void MapVideos(this RouteGroupBuilder group)
    {
        group.MapPost("/videos", UploadAsync).Needs(KeyScope.Write).WithMetadata(new TakesFile())
            .WithName("uploadVideo").WithSummary("Upload a video, or a picture as a mask; the body is the file. Content that exists already is not stored again.");
        group.MapGet("/videos", ListAsync).Needs(KeyScope.Read).WithName("listVideos").WithSummary("List videos, newest first.");
        group.MapGet("/videos/{video}", GetAsync).Needs(KeyScope.Read).WithName("getVideo").WithSummary("Get a video.");
        group.MapDelete("/videos/{video}", DeleteAsync).Needs(KeyScope.Write).WithName("deleteVideo")
            .WithSummary("Delete a video. Active requests keep its file until they are finished.");
        group.MapGet("/videos/{video}/content", ContentAsync).Needs(KeyScope.Read).Produces(200, contentType: "application/octet-stream")
            .WithName("getVideoContent").WithSummary("Get the file as it was uploaded; supports ranges.");
        group.MapGet("/videos/{video}/preview", PreviewAsync).Needs(KeyScope.Read).Produces(200, contentType: "video/mp4")
            .WithName("getVideoPreview").WithSummary("Get the video as an mp4 that every browser plays; supports ranges.");
        group.MapGet("/videos/{video}/poster", PosterAsync).Needs(KeyScope.Read).Produces(200, contentType: SmallPicture.MediaType)
            .WithName("getVideoPoster").WithSummary("Get the first frame as a WebP picture of at most 60 kB.");
    }

    private static async Task<Results<Created<Video>, Ok<Video>>> UploadAsync(
        HttpContext context, VideoUploads uploads, SiloSettings settings, string? name = null)
    {
        string called = NameOf(name);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = settings.MaxUpload;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = new(1024, TimeSpan.FromSeconds(10));
        if (context.Request.ContentLength > settings.MaxUpload)
            throw new ApiException(413, "too-large", $"the upload has {context.Request.ContentLength} bytes; at most {settings.MaxUpload} are allowed");
        await CheckBeginningAsync(context.Request.BodyReader, called, context.RequestAborted);
        Caller caller = context.Caller();
        VideoStatus video = await uploads.StoreAsync(caller.Tenant, called, context.Request.BodyReader.AsStream(), context.RequestAborted);
        Video body = caller.Map(video);
        return video.Name == called && body.State == VideoState.Ingesting
            ? TypedResults.Created(body.Links.Self, body)
            : TypedResults.Ok(body);
    }

    private static async Task CheckBeginningAsync(PipeReader body, string name, CancellationToken cancellation)
    {
        ReadResult read = await body.ReadAtLeastAsync(ClipReader.BeginningLength, cancellation);
        byte[] beginning = read.Buffer.Slice(0, Math.Min(ClipReader.BeginningLength, read.Buffer.Length)).ToArray();
        body.AdvanceTo(read.Buffer.Start);
        if (beginning.Length == 0) throw new ApiException(422, "input-empty", "the request body is empty", "send the file as the body");
        ClipReader.CheckBeginning(name, beginning);
    }

    private static async Task<Ok<Page<Video>>> ListAsync(
        HttpContext context, IGrainFactory grains, string? cursor = null, int? limit = null, string? state = null, string? search = null)
    {
        Caller caller = context.Caller();
        var filter = new CatalogQuery
        {
            State = Listing.Choice("state", state, "ingesting", "ready", "failed"),
            Search = Listing.Search(search),
        };
        return TypedResults.Ok(await Listing.ReadAsync(
            grains.Catalog(caller.Tenant, CatalogKinds.Videos), "videos", cursor, limit, filter,
            async id => caller.Map(await grains.Video(caller.Tenant, id).Get()), context.RequestAborted));
    }

    private static async Task<Ok<Video>> GetAsync(string video, HttpContext context, IGrainFactory grains) =>
        TypedResults.Ok(context.Caller().Map(await FindAsync(context, grains, video)));

    private static async Task<NoContent> DeleteAsync(string video, HttpContext context, IGrainFactory grains)
    {
        await grains.Video(context.Caller().Tenant, video).Delete();
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ContentAsync(string video, HttpContext context, IGrainFactory grains, IBlobStore blobs)
    {
        VideoStatus status = await FindAsync(context, grains, video);
        return ContentResult.OfBlob(context, blobs, status.File, "application/octet-stream", SafeName(status.Name));
    }

    private static async Task<IResult> PreviewAsync(string video, HttpContext context, IGrainFactory grains, Renderings renderings)
    {
        VideoStatus status = await FindAsync(context, grains, video);
        byte[] mp4 = await renderings.VideoAsync(status, context.RequestAborted);
        return ContentResult.OfBytes(context, mp4, "video/mp4", $"{status.File.Sha256}-preview");
    }

    private static async Task<IResult> PosterAsync(string video, HttpContext context, IGrainFactory grains, IBlobStore blobs)
    {
        VideoStatus status = await FindAsync(context, grains, video);
        return status.Result is { } result
            ? ContentResult.OfBlob(context, blobs, result.Thumbnail, ContentResult.StillType(result.Thumbnail))
            : throw new ApiException(404, "not-found", "there is no such content");
    }

    private static Task<VideoStatus> FindAsync(HttpContext context, IGrainFactory grains, string video) =>
        grains.Video(context.Caller().Tenant, video).Get().WaitAsync(context.RequestAborted);

    private static string NameOf(string? name)
    {
        if (name is null) return "video";
        if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl) || !IsWellFormed(name))
            throw new ApiException(422, "bad-name", $"invalid name; use 1 to {MaxNameLength} characters without control characters");
        return name;
    }

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return false;
            i++;
        }

        return true;
    }

    // A file name without anything that a file system could take for a path.
    private static string SafeName(string name)
    {
        string safe = string.Concat(name.Select(c => c is '/' or '\\' or ':' or '"' or '%' ? '_' : c)).Trim('.', ' ');
        return safe.Length == 0 ? "video" : safe;
    }
}
