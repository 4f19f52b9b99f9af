using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Synthesis.Media;
using ReadResult = System.IO.Pipelines.ReadResult;

namespace Vgpnn.Silo.Api;

/// <summary>Videos: uploaded as the body itself, streamed to where they stay.</summary>
internal static class VideoEndpoints
{
    private const int LongestName = 255;

    public static void MapVideos(this RouteGroupBuilder group)
    {
        group.MapPost("/videos", UploadAsync).Needs(KeyScope.Write).WithMetadata(new TakesFile())
            .WithName("uploadVideo").WithSummary("Upload a video, or a picture that is a mask; the body is the file. What is there already is not stored again.");
        group.MapGet("/videos", ListAsync).Needs(KeyScope.Read).WithName("listVideos").WithSummary("Videos, the newest first.");
        group.MapGet("/videos/{video}", GetAsync).Needs(KeyScope.Read).WithName("getVideo").WithSummary("A video.");
        group.MapDelete("/videos/{video}", DeleteAsync).Needs(KeyScope.Write).WithName("deleteVideo")
            .WithSummary("Delete a video. Requests that are under way keep its bytes until they are finished.");
        group.MapGet("/videos/{video}/content", ContentAsync).Needs(KeyScope.Read).Produces(200, contentType: "application/octet-stream")
            .WithName("getVideoContent").WithSummary("The file as it was uploaded; takes ranges.");
        group.MapGet("/videos/{video}/preview", PreviewAsync).Needs(KeyScope.Read).Produces(200, contentType: "video/mp4")
            .WithName("getVideoPreview").WithSummary("The video as every browser plays it; takes ranges.");
        group.MapGet("/videos/{video}/poster", PosterAsync).Needs(KeyScope.Read).Produces(200, contentType: "image/png")
            .WithName("getVideoPoster").WithSummary("Its first frame.");
    }

    private static async Task<Results<Created<Video>, Ok<Video>>> UploadAsync(
        HttpContext context, VideoGrain videos, SiloSettings settings, WorkSignal signal, string? name = null)
    {
        string called = NameOf(name);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = settings.MaxUpload;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = new(1024, TimeSpan.FromSeconds(10));
        if (context.Request.ContentLength > settings.MaxUpload)
            throw new ApiException(413, "too-large", $"the upload has {context.Request.ContentLength} bytes, and {settings.MaxUpload} are allowed");
        await CheckBeginningAsync(context.Request.BodyReader, called, context.RequestAborted);
        VideoStatus video = await videos.StoreAsync(
            context.Caller().Tenant, called, context.Request.BodyReader.AsStream(), settings.MaxUpload, context.RequestAborted);
        signal.Wake();
        Video body = Wire.Of(video);
        return video.Name == called && video.State == Grains.Contracts.VideoState.Ingesting
            ? TypedResults.Created(body.Links.Self, body)
            : TypedResults.Ok(body);
    }

    private static async Task CheckBeginningAsync(PipeReader body, string name, CancellationToken cancellation)
    {
        ReadResult read = await body.ReadAtLeastAsync(ClipReader.BeginningLength, cancellation);
        byte[] beginning = read.Buffer.Slice(0, Math.Min(ClipReader.BeginningLength, read.Buffer.Length)).ToArray();
        body.AdvanceTo(read.Buffer.Start);
        if (beginning.Length == 0) throw new ApiException(422, "input-empty", "the body is empty", "send the file as the body");
        ClipReader.CheckBeginning(name, beginning);
    }

    private static async Task<Ok<Page<Video>>> ListAsync(HttpContext context, VideoGrain videos, string? cursor = null, int? limit = null)
    {
        int most = Cursor.Limit(limit);
        IReadOnlyList<VideoStatus> found = await videos.ListAsync(
            context.Caller().Tenant, Cursor.Read("videos", cursor), most + 1, context.RequestAborted);
        return TypedResults.Ok(Cursor.Page("videos", [.. found.Select(Wire.Of)], most, v => v.Id));
    }

    private static async Task<Ok<Video>> GetAsync(string video, HttpContext context, VideoGrain videos) =>
        TypedResults.Ok(Wire.Of(await videos.GetAsync(context.Caller().Tenant, video, context.RequestAborted)));

    private static async Task<NoContent> DeleteAsync(string video, HttpContext context, VideoGrain videos)
    {
        await videos.DeleteAsync(context.Caller().Tenant, video, context.RequestAborted);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ContentAsync(string video, HttpContext context, VideoGrain videos, TenantBlobs blobs)
    {
        VideoStatus status = await videos.GetAsync(context.Caller().Tenant, video, context.RequestAborted);
        return await ContentResult.OfBlobAsync(context, blobs, status.OriginalKey, "application/octet-stream", SafeName(status.Name));
    }

    private static async Task<IResult> PreviewAsync(string video, HttpContext context, VideoGrain videos, Renderings renderings)
    {
        VideoStatus status = await videos.GetAsync(context.Caller().Tenant, video, context.RequestAborted);
        byte[] mp4 = await renderings.VideoAsync(context.Caller().Tenant, status, context.RequestAborted);
        return ContentResult.OfBytes(context, mp4, "video/mp4", $"{status.ContentHash}-preview");
    }

    private static async Task<IResult> PosterAsync(string video, HttpContext context, VideoGrain videos, TenantBlobs blobs)
    {
        VideoStatus status = await videos.GetAsync(context.Caller().Tenant, video, context.RequestAborted);
        return await ContentResult.OfBlobAsync(context, blobs, status.ThumbnailKey, "image/png");
    }

    private static string NameOf(string? name)
    {
        if (name is null) return "video";
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl) || !IsWellFormed(name))
            throw new ApiException(422, "bad-name", $"a name has 1 to {LongestName} characters, none of them a control character");
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

    // A name to save under: without anything that a file system could take for a path.
    private static string SafeName(string name)
    {
        string safe = string.Concat(name.Select(c => c is '/' or '\\' or ':' or '"' or '%' ? '_' : c)).Trim('.', ' ');
        return safe.Length == 0 ? "video" : safe;
    }
}
