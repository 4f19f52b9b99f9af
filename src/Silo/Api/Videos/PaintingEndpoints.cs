using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Rendering;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Silo.Api.Videos;

/// <summary>Cues and masks that a person paints over a video.</summary>
internal static class PaintingEndpoints
{
    private const long MaxPictureBytes = 32 << 20;
    private const int MaxLayers = 8, MaxNameLength = 255;

    public static void MapPaintings(this RouteGroupBuilder group) =>
        group.MapPost("/videos/{video}/paintings", PaintAsync).Needs(KeyScope.Write).WithMetadata(new TakesFile()).WithName("paintVideo")
            .WithSummary("Paint over a video. The body is a PNG: for each layer its colours and below them its marks, in grey. Pixels with a mark of 64 or more "
                + "are filled; with a mark of 192 or more their colour is the cue. ranges gives the frames of each layer: 1-8,9-24. Returns the video with its cues, and the mask.");

    private static async Task<Ok<Painting>> PaintAsync(
        string video, HttpContext context, IGrainFactory grains, Renderings renderings, VideoUploads uploads, string ranges = "")
    {
        (Caller caller, CancellationToken cancellation) = (context.Caller(), context.RequestAborted);
        VideoStatus status = await grains.Video(caller.Tenant, video).Get().WaitAsync(cancellation);
        Renderings.ThrowIfNotReady(status);
        FrameRange[] frames = Read(ranges);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MaxPictureBytes;
        using PaintedFiles files = await renderings.PaintAsync(status, context.Request.Body, frames, cancellation);
        return TypedResults.Ok(new Painting(await StoreAsync(files.Painted, "painted"), await StoreAsync(files.Mask, "mask")));

        async Task<Video> StoreAsync(string path, string what)
        {
            await using FileStream file = File.OpenRead(path);
            string name = $"{what}: {status.Name}";
            return caller.Map(await uploads.StoreAsync(caller.Tenant, name.Length > MaxNameLength ? name[..MaxNameLength] : name, file, cancellation));
        }
    }

    private static FrameRange[] Read(string ranges)
    {
        string[] parts = ranges.Split(',');
        if (parts.Length > MaxLayers) throw new ApiException(422, "too-many-layers", $"a painting has at most {MaxLayers} layers");
        return [.. parts.Select(part => part.Split('-') is [var first, var last] && Number(first) is { } from && Number(last) is { } to
            ? new FrameRange(from, to)
            : throw new ApiException(422, "bad-ranges", $"invalid frame range '{(part.Length > 20 ? part[..20] : part)}'", "use ranges such as 1-8,9-24"))];
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
