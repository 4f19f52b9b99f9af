using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.State;

namespace Vgpnn.Silo.Api;

/// <summary>All samples of a request at once.</summary>
internal static class DownloadEndpoints
{
    private static readonly string[] Formats = ["mp4", "gif", "webm"];

    public static void MapDownloads(this RouteGroupBuilder group) =>
        group.MapGet("/requests/{request}/download", GetAsync).Needs(KeyScope.Read).Produces(200, contentType: "application/zip").WithName("downloadRequest")
            .WithSummary("A zip with the samples that are there, as mp4, gif or webm, and the manifest.");

    private static async Task GetAsync(
        string request, HttpContext context, RequestGrain requests, VideoGrain videos, StateStore store, TenantBlobs blobs, Renderings renderings, string format = "mp4")
    {
        if (!Formats.Contains(format)) throw new ApiException(422, "bad-format", $"format is none of: {string.Join(", ", Formats)}");
        (string tenant, CancellationToken cancellation) = (context.Caller().Tenant, context.RequestAborted);
        RequestManifest manifest = await RequestEndpoints.ManifestOfAsync(tenant, request, requests, videos, store, cancellation);
        int[] there = [.. manifest.Samples.Where(s => s.State == WorkState.Succeeded).Select(s => s.Index)];
        if (there.Length == 0) throw new ApiException(409, "sample-not-there", "none of the samples is there");
        string name = request[^6..];
        context.Response.ContentType = "application/zip";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"vgpnn-{name}.zip\"";

        // An entry of an archive writes its last sixteen bytes synchronously, also when it is disposed asynchronously.
        if (context.Features.Get<IHttpBodyControlFeature>() is { } control) control.AllowSynchronousIO = true;
        await using ZipArchive zip = await ZipArchive.CreateAsync(context.Response.Body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation);
        foreach (int index in there)
        {
            SampleStatus sample = await SampleGrain.GetAsync(store, tenant, request, index, cancellation);
            await using Stream content = format == "mp4"
                ? await blobs.OpenAsync(await blobs.FindAsync(tenant, sample.VideoKey, cancellation), cancellation)
                : new MemoryStream(await renderings.SampleAsync(tenant, sample, format, cancellation));
            await AddAsync(zip, string.Create(CultureInfo.InvariantCulture, $"{name}-{index:D4}.{format}"), content, cancellation);
        }

        await using var text = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, ApiJson.Options));
        await AddAsync(zip, "manifest.json", text, cancellation);
    }

    // Videos are compressed already.
    private static async Task AddAsync(ZipArchive zip, string name, Stream content, CancellationToken cancellation)
    {
        await using Stream entry = await zip.CreateEntry(name, CompressionLevel.NoCompression).OpenAsync(cancellation);
        await content.CopyToAsync(entry, cancellation);
    }
}
