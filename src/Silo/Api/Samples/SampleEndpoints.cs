using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Media.Stills;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Lists;
using Vgpnn.Silo.Api.Rendering;
using Vgpnn.Silo.Api.Sessions;

namespace Vgpnn.Silo.Api.Samples;

/// <summary>Samples: their progress and previews, and the videos once they are made.</summary>
internal static class SampleEndpoints
{
    private const string List = "samples", Path = "/requests/{request}/samples/{index:int:min(0)}";

    public static void MapSamples(this RouteGroupBuilder group)
    {
        group.MapGet("/requests/{request}/samples", ListAsync).Needs(KeyScope.Read).WithName("listSamples")
            .WithSummary("List a request's samples by index; samples that were not begun are not listed.");
        group.MapGet(Path, GetAsync).Needs(KeyScope.Read).WithName("getSample").WithSummary("Get a sample and its progress.");
        group.MapPost($"{Path}/cancel", CancelAsync).Needs(KeyScope.Write).WithName("cancelSample").WithSummary("Cancel a sample; its preview stays.");
        group.MapGet($"{Path}/video", VideoAsync).Needs(KeyScope.Read).Produces(200, contentType: "video/mp4").WithName("getSampleVideo")
            .WithSummary("Get the video: mp4, which supports ranges, gif, webm, or png, a zip of its frames.");
        group.MapGet($"{Path}/previews/{{level:int:min(0)}}", PreviewAsync).Needs(KeyScope.Read).Produces(200, contentType: SmallPicture.MediaType)
            .WithName("getSamplePreview").WithSummary("Get a level's output as a WebP picture of at most 60 kB, its frames one below the other; no content (204) once a finer level has replaced it.");
        group.MapGet($"{Path}/field", FieldAsync).Needs(KeyScope.Read).Produces(200, contentType: "image/png").WithName("getSampleField")
            .WithSummary("Get the source map: where in the input each patch came from; red is its column, green its row, blue its time. A PNG of one frame, or mp4.");
        group.MapGet($"{Path}/scores", ScoresAsync).Needs(KeyScope.Read).WithName("getSampleScores").WithSummary("Get the sample's scores against its input.");
    }

    private static async Task<Ok<Page<Sample>>> ListAsync(
        string request, HttpContext context, IGrainFactory grains, string? cursor = null, int? limit = null)
    {
        int wanted = Cursor.Limit(limit);
        int after = Cursor.Read(List, cursor) is not { } last ? -1
            : last <= int.MaxValue ? (int)last
            : throw new ApiException(422, "bad-cursor", "the cursor is not of this list", "use 'next' of the previous page");
        IReadOnlyList<SampleStatus> found = await Grain(context, grains, request).ListSamples(after, wanted + 1).WaitAsync(context.RequestAborted);
        return TypedResults.Ok(new Page<Sample>(
            [.. found.Take(wanted).Select(s => s.Map())], Cursor.Write(List, found.Count > wanted ? found[wanted - 1].SampleIndex : null)));
    }

    private static async Task<Ok<Sample>> GetAsync(string request, int index, HttpContext context, IGrainFactory grains) =>
        TypedResults.Ok((await Grain(context, grains, request).GetSample(index)).Map());

    private static async Task<Results<Ok<Sample>, Accepted<Sample>>> CancelAsync(string request, int index, HttpContext context, IGrainFactory grains)
    {
        IRequestGrain grain = Grain(context, grains, request);
        SampleStatus before = await grain.GetSample(index);
        if (before.State == SampleState.Cancelled) return TypedResults.Ok(before.Map());
        SampleStatus after = await grain.CancelSample(index);
        if (after.State != SampleState.Cancelled) throw new ApiException(409, "already-over", "the sample has already finished");
        Sample body = after.Map();
        return TypedResults.Accepted(body.Links.Self, body);
    }

    private static async Task<IResult> VideoAsync(
        string request, int index, HttpContext context, IGrainFactory grains, IBlobStore blobs, Renderings renderings, string format = "mp4")
    {
        SampleResult sample = await MadeAsync(context, grains, request, index);
        string name = string.Create(CultureInfo.InvariantCulture, $"{request[^6..]}-{index:D4}");
        if (format == "mp4") return ContentResult.OfBlob(context, blobs, sample.Video, "video/mp4");
        (string type, string ending) = format switch
        {
            "gif" => ("image/gif", "gif"),
            "webm" => ("video/webm", "webm"),
            "png" => ("application/zip", "zip"),
            _ => throw new ApiException(422, "bad-format", "unknown format", "use one of: mp4, gif, webm, png"),
        };
        byte[] bytes = await renderings.SampleAsync(sample.Video, format, context.RequestAborted);
        return ContentResult.OfBytes(context, bytes, type, $"{sample.FramesSha256}-{format}", $"{name}.{ending}");
    }

    private static async Task<IResult> PreviewAsync(
        string request, int index, int level, HttpContext context, IGrainFactory grains, IBlobStore blobs)
    {
        SampleStatus sample = await Grain(context, grains, request).GetSample(index).WaitAsync(context.RequestAborted);

        // A finer level, or the video, may have replaced it since the caller got the link.
        return sample.Preview is { } preview && preview.Level == level
            ? await ContentResult.OfReplaceableAsync(context, blobs, preview.Blob, ContentResult.StillType(preview.Blob))
            : TypedResults.NoContent();
    }

    private static async Task<IResult> FieldAsync(
        string request, int index, HttpContext context, IGrainFactory grains, Renderings renderings, string format = "png", int frame = 0)
    {
        SampleResult sample = await MadeAsync(context, grains, request, index);
        if (format is not ("png" or "mp4")) throw new ApiException(422, "bad-format", "unknown format", "use one of: png, mp4");
        RequestStatus of = await Grain(context, grains, request).Get();
        byte[] bytes = await renderings.FieldAsync(of, sample.Video, format == "png" ? frame : null, context.RequestAborted);
        return ContentResult.OfBytes(context, bytes, format == "png" ? "image/png" : "video/mp4", $"{sample.FramesSha256}-field-{format}-{frame}");
    }

    private static async Task<Ok<Scores>> ScoresAsync(string request, int index, HttpContext context, IGrainFactory grains, Renderings renderings)
    {
        SampleResult sample = await MadeAsync(context, grains, request, index);
        return TypedResults.Ok(await renderings.ScoresAsync(await Grain(context, grains, request).Get(), sample.Video, context.RequestAborted));
    }

    private static IRequestGrain Grain(HttpContext context, IGrainFactory grains, string request) => grains.Request(context.Caller().Tenant, request);

    private static async Task<SampleResult> MadeAsync(HttpContext context, IGrainFactory grains, string request, int index) =>
        (await Grain(context, grains, request).GetSample(index).WaitAsync(context.RequestAborted)).Made()
        ?? throw new ApiException(409, "sample-not-there", "the sample has no video (it is still running, failed or was cancelled)");
}
