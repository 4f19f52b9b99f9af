using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.State;

namespace Vgpnn.Silo.Api;

/// <summary>Samples: looked at while they come into being, and when they are there.</summary>
internal static class SampleEndpoints
{
    private const string Path = "/requests/{request}/samples/{index:int:min(0)}";

    public static void MapSamples(this RouteGroupBuilder group)
    {
        group.MapGet("/requests/{request}/samples", ListAsync).Needs(KeyScope.Read).WithName("listSamples")
            .WithSummary("A request's samples by index; those whose turn has not come near are not listed yet.");
        group.MapGet(Path, GetAsync).Needs(KeyScope.Read).WithName("getSample").WithSummary("A sample and how far it has come.");
        group.MapPost($"{Path}/cancel", CancelAsync).Needs(KeyScope.Write).WithName("cancelSample").WithSummary("Cancel a sample; its preview stays.");
        group.MapGet($"{Path}/video", VideoAsync).Needs(KeyScope.Read).Produces(200, contentType: "video/mp4").WithName("getSampleVideo")
            .WithSummary("The video: mp4, which takes ranges, gif, webm, or png, a zip of its frames.");
        group.MapGet($"{Path}/previews/{{level:int:min(0)}}", PreviewAsync).Needs(KeyScope.Read).Produces(200, contentType: "image/png")
            .WithName("getSamplePreview").WithSummary("A level's output as a small PNG, its frames one below the other, as long as it is the finest; then nothing (204).");
        group.MapGet($"{Path}/field", FieldAsync).Needs(KeyScope.Read).Produces(200, contentType: "image/png").WithName("getSampleField")
            .WithSummary("Where each patch came from: red is its column in the input, green its row, blue its time. A PNG of one frame, or mp4.");
        group.MapGet($"{Path}/scores", ScoresAsync).Needs(KeyScope.Read).WithName("getSampleScores").WithSummary("What the sample scores against its input.");
    }

    private static async Task<Ok<Page<Sample>>> ListAsync(
        string request, HttpContext context, RequestGrain requests, StateStore store, string? cursor = null, int? limit = null)
    {
        int most = Cursor.Limit(limit);
        string tenant = context.Caller().Tenant;
        await requests.GetAsync(tenant, request, context.RequestAborted);
        int after = Cursor.Read("samples", cursor) is not { } text ? -1
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int last) ? last
            : throw new ApiException(422, "bad-cursor", "this cursor is not of this list");
        IReadOnlyList<SampleStatus> found = await SampleGrain.ListAsync(store, tenant, request, after, most + 1, context.RequestAborted);
        return TypedResults.Ok(Cursor.Page<Sample>(
            "samples", [.. found.Select(Wire.Of)], most, s => s.Index.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<Ok<Sample>> GetAsync(string request, int index, HttpContext context, StateStore store) =>
        TypedResults.Ok(Wire.Of(await SampleGrain.GetAsync(store, context.Caller().Tenant, request, index, context.RequestAborted)));

    private static async Task<Results<Ok<Sample>, Accepted<Sample>>> CancelAsync(string request, int index, HttpContext context, StateStore store)
    {
        string tenant = context.Caller().Tenant;
        SampleStatus before = await SampleGrain.GetAsync(store, tenant, request, index, context.RequestAborted);
        if (before.State == SampleState.Cancelled) return TypedResults.Ok(Wire.Of(before));
        SampleStatus after = await SampleGrain.CancelAsync(store, tenant, request, index, context.RequestAborted);
        if (after.State != SampleState.Cancelled) throw new ApiException(409, "already-over", "the sample has come to its end");
        Sample body = Wire.Of(after);
        return TypedResults.Accepted(body.Links.Self, body);
    }

    private static async Task<IResult> VideoAsync(
        string request, int index, HttpContext context, StateStore store, TenantBlobs blobs, Renderings renderings, string format = "mp4")
    {
        SampleStatus sample = await ThereAsync(context, store, request, index);
        string name = string.Create(CultureInfo.InvariantCulture, $"{request[^6..]}-{index:D4}");
        if (format == "mp4") return await ContentResult.OfBlobAsync(context, blobs, sample.VideoKey, "video/mp4");
        (string type, string ending) = format switch
        {
            "gif" => ("image/gif", "gif"),
            "webm" => ("video/webm", "webm"),
            "png" => ("application/zip", "zip"),
            _ => throw new ApiException(422, "bad-format", "format is none of: mp4, gif, webm, png"),
        };
        byte[] bytes = await renderings.SampleAsync(context.Caller().Tenant, sample, format, context.RequestAborted);
        return ContentResult.OfBytes(context, bytes, type, $"{sample.FramesSha256}-{format}", $"{name}.{ending}");
    }

    private static async Task<IResult> PreviewAsync(
        string request, int index, int level, HttpContext context, StateStore store, TenantBlobs blobs)
    {
        SampleStatus sample = await SampleGrain.GetAsync(store, context.Caller().Tenant, request, index, context.RequestAborted);

        // Whoever heard of a level may ask when a finer one, or the video, has just taken its place: that is no error.
        if (sample.PreviewKey is null || sample.PreviewLevel != level) return TypedResults.NoContent();
        return await ContentResult.OfBlobAsync(context, blobs, sample.PreviewKey, "image/png");
    }

    private static async Task<IResult> FieldAsync(
        string request, int index, HttpContext context, StateStore store, Renderings renderings, string format = "png", int frame = 0)
    {
        SampleStatus sample = await ThereAsync(context, store, request, index);
        if (format is not ("png" or "mp4")) throw new ApiException(422, "bad-format", "format is none of: png, mp4");
        byte[] bytes = await renderings.FieldAsync(context.Caller().Tenant, sample, format == "png" ? frame : null, context.RequestAborted);
        return ContentResult.OfBytes(context, bytes, format == "png" ? "image/png" : "video/mp4", $"{sample.FramesSha256}-field-{format}-{frame}");
    }

    private static async Task<Ok<Scores>> ScoresAsync(string request, int index, HttpContext context, StateStore store, Renderings renderings)
    {
        SampleStatus sample = await ThereAsync(context, store, request, index);
        return TypedResults.Ok(await renderings.ScoresAsync(context.Caller().Tenant, sample, context.RequestAborted));
    }

    private static async Task<SampleStatus> ThereAsync(HttpContext context, StateStore store, string request, int index)
    {
        SampleStatus sample = await SampleGrain.GetAsync(store, context.Caller().Tenant, request, index, context.RequestAborted);
        return sample.VideoKey is not null ? sample : throw new ApiException(409, "sample-not-there", "the sample is not there yet, or never will be");
    }
}
