using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Rendering;
using Vgpnn.Silo.Api.Sessions;

namespace Vgpnn.Silo.Api.Requests;

/// <summary>All samples of a request in one archive.</summary>
internal static class DownloadEndpoints
{
    private static readonly string[] Formats = ["mp4", "gif", "webm"];

    public static void MapDownloads(this RouteGroupBuilder group) =>
        group.MapGet("/requests/{request}/download", GetAsync).Needs(KeyScope.Read).Produces(200, contentType: "application/zip").WithName("downloadRequest")
            .WithSummary("Download a zip with the finished samples, as mp4, gif or webm, and the manifest.");

    private static async Task GetAsync(
        string request, HttpContext context, IGrainFactory grains, IBlobStore blobs, Renderings renderings, string format = "mp4")
    {
        if (!Formats.Contains(format)) throw new ApiException(422, "bad-format", "unknown format", $"use one of: {string.Join(", ", Formats)}");
        CancellationToken cancellation = context.RequestAborted;
        IRequestGrain grain = grains.Request(context.Caller().Tenant, request);
        RequestManifest manifest = await RequestManifests.ReadAsync(grain, cancellation);
        int[] made = [.. manifest.Samples.Where(s => s.State == WorkState.Succeeded).Select(s => s.Index)];
        if (made.Length == 0) throw new ApiException(409, "sample-not-there", "none of the samples has a video yet");
        string name = request[^6..];
        context.Response.ContentType = "application/zip";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"vgpnn-{name}.zip\"";

        // An archive entry writes its last sixteen bytes synchronously, also when it is disposed asynchronously.
        if (context.Features.Get<IHttpBodyControlFeature>() is { } control) control.AllowSynchronousIO = true;
        await using ZipArchive zip = await ZipArchive.CreateAsync(context.Response.Body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation);
        foreach (int index in made)
        {
            StoredBlob video = (await grain.GetSample(index).WaitAsync(cancellation)).Result!.Video;
            await using Stream content = format == "mp4"
                ? await blobs.OpenAsync(video.Info(), cancellation)
                : new MemoryStream(await renderings.SampleAsync(video, format, cancellation));
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
