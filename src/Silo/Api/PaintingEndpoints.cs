using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Silo.Api;

/// <summary>Cues and masks that a person paints over a video.</summary>
internal static class PaintingEndpoints
{
    private const long LargestPicture = 32 << 20;
    private const int MostLayers = 8, LongestName = 255;

    public static void MapPaintings(this RouteGroupBuilder group) =>
        group.MapPost("/videos/{video}/paintings", PaintAsync).Needs(KeyScope.Write).WithMetadata(new TakesFile()).WithName("paintVideo")
            .WithSummary("Paint over a video. The body is a PNG: for each layer its colours and below them its marks, in grey: from 64 on a pixel is "
                + "to be filled, from 192 on its colour is the cue. ranges says over which frames each is held: 1-8,9-24. Gives the video with its cues, and the mask.");

    private static async Task<Ok<Painting>> PaintAsync(
        string video, HttpContext context, VideoGrain videos, Renderings renderings, SiloSettings settings, WorkSignal signal, string ranges = "")
    {
        (string tenant, CancellationToken cancellation) = (context.Caller().Tenant, context.RequestAborted);
        VideoStatus status = await videos.GetAsync(tenant, video, cancellation);
        if (status.State != Grains.Contracts.VideoState.Ready) throw new ApiException(409, "video-not-ready", "the video is not ready");
        FrameRange[] frames = Read(ranges);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = LargestPicture;
        using PaintedFiles files = await renderings.PaintAsync(tenant, status, context.Request.Body, frames, cancellation);
        Video painted = await StoreAsync(files.Painted, "painted"), mask = await StoreAsync(files.Mask, "mask");
        signal.Wake();
        return TypedResults.Ok(new Painting(painted, mask));

        async Task<Video> StoreAsync(string path, string what)
        {
            await using FileStream file = File.OpenRead(path);
            string name = $"{what}: {status.Name}";
            return Wire.Of(await videos.StoreAsync(tenant, name.Length > LongestName ? name[..LongestName] : name, file, settings.MaxUpload, cancellation));
        }
    }

    private static FrameRange[] Read(string ranges)
    {
        string[] parts = ranges.Split(',');
        if (parts.Length > MostLayers) throw new ApiException(422, "too-many-layers", $"a painting has at most {MostLayers} layers");
        return [.. parts.Select(part => part.Split('-') is [var first, var last] && Number(first) is { } from && Number(last) is { } to
            ? new FrameRange(from, to)
            : throw new ApiException(422, "bad-ranges", $"ranges cannot be read at '{(part.Length > 20 ? part[..20] : part)}'", "such as 1-8,9-24"))];
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
