using System.IO.Compression;
using System.Text.Json;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Requests;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Kernels.Threading;
using Vgpnn.Media;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Evaluation;
using Vgpnn.Synthesis.Options;
using Painting = Vgpnn.Synthesis.Masks.Painting;

namespace Vgpnn.Silo.Api.Rendering;

/// <summary>What is rendered on demand, for people to look at: previews, other formats, source maps, scores, paintings. All of bounded size.</summary>
internal sealed class Renderings(IBlobStore blobs, RenderCache cache) : IDisposable
{
    private const int ScoreRows = 144, PreviewRows = 480;
    private const long PaintedBytes = 1L << 30;

    private readonly ScratchDirectory _scratch = new(Path.Combine(Path.GetTempPath(), $"vgpnn-renderings-{Guid.NewGuid():N}"));

    public void Dispose() => _scratch.Dispose();

    /// <exception cref="ApiException"><c>video-not-ready</c>.</exception>
    public static void ThrowIfNotReady(VideoStatus video)
    {
        if (video.State != Grains.Abstractions.VideoState.Ready) throw new ApiException(409, "video-not-ready", "the video is not ready");
    }

    /// <summary>A video as mp4.</summary>
    public Task<byte[]> VideoAsync(VideoStatus video, CancellationToken cancellation)
    {
        ThrowIfNotReady(video);
        return cache.GetAsync(
            $"{video.File.Key}#preview",
            async () => await EncodeAsync(await ReadAsync(video.File, PreviewRows, cancellation), ClipFormat.Mp4, cancellation),
            cancellation);
    }

    /// <summary>A sample in another format.</summary>
    public Task<byte[]> SampleAsync(StoredBlob sample, string format, CancellationToken cancellation) => cache.GetAsync(
        $"{sample.Key}#{format}",
        async () => await EncodeAsync(await ReadAsync(sample, null, cancellation), Enum.Parse<ClipFormat>(format, ignoreCase: true), cancellation),
        cancellation);

    /// <summary>The source map of a sample: one frame as PNG, or all frames as mp4 (<c>null</c>).</summary>
    public Task<byte[]> FieldAsync(RequestStatus request, StoredBlob sample, int? frame, CancellationToken cancellation) => cache.GetAsync(
        $"{sample.Key}#field-{frame}",
        async () =>
        {
            (Clip input, Clip output) = await PairAsync(request, sample, cancellation);
            if (frame < 0 || frame >= output.Frames.Count) throw new ApiException(422, "no-such-frame", $"the sample has frames 0 to {output.Frames.Count - 1}");
            Clip field = FieldColours.Of(input, output, new Workers(Environment.ProcessorCount, cancellation));
            return frame is { } one
                ? await PngAsync(new Clip([field.Frames[one]], field.Width, field.Height, field.FrameRate), cancellation)
                : await EncodeAsync(field, ClipFormat.Mp4, cancellation);
        },
        cancellation);

    /// <summary>The scores of a sample against its input.</summary>
    public async Task<Scores> ScoresAsync(RequestStatus request, StoredBlob sample, CancellationToken cancellation)
    {
        byte[] json = await cache.GetAsync(
            $"{sample.Key}#scores",
            async () =>
            {
                (Clip input, Clip output) = await PairAsync(request, sample, cancellation);
                SampleScores s = new Evaluator(input, new Workers(Environment.ProcessorCount, cancellation)).Add(output);
                return JsonSerializer.SerializeToUtf8Bytes(
                    new Scores(
                        s.Coherence, s.Completeness, s.NnfDiversity, s.FrechetPatchDistance, s.Sharpness, s.FrameDifference, s.Flicker, s.CopiedFrames),
                    ApiJson.Options);
            },
            cancellation);
        return JsonSerializer.Deserialize<Scores>(json, ApiJson.Options)!;
    }

    /// <summary>A video that was painted over, and its mask, as files.</summary>
    public async Task<PaintedFiles> PaintAsync(VideoStatus video, Stream layers, IReadOnlyList<FrameRange> ranges, CancellationToken cancellation)
    {
        ScratchFile directory = _scratch.Create("");
        Directory.CreateDirectory(directory.Path);
        var files = new PaintedFiles(directory);
        try
        {
            string picture = Path.Combine(directory.Path, "layers");
            await using (FileStream file = File.Create(picture)) await layers.CopyToAsync(file, cancellation);
            return await cache.RunAsync(
                async () =>
                {
                    Clip painting = (await ClipReader.ReadAsync(picture, new ReadOptions { Still = true }, cancellation)).Clip;
                    var bounds = new ReadOptions { Limits = MediaLimits.Default with { MaxDecodedBytes = PaintedBytes } };
                    (Clip painted, Clip mask) = Painting.Apply(await ReadAsync(video.File, null, cancellation, bounds), painting, ranges);
                    await ClipWriter.WriteLosslessAsync(painted, files.Painted, cancellation);
                    await ClipWriter.WriteLosslessAsync(mask, files.Mask, cancellation);
                    return files;
                },
                cancellation);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private async Task<(Clip Input, Clip Output)> PairAsync(RequestStatus request, StoredBlob sample, CancellationToken cancellation)
    {
        // Patches come from the source where there is one.
        UsedInput from = request.Inputs.OrderByDescending(i => i.Role.IsSource()).First(i => i.Role != InputRole.Mask);
        Clip output = await ReadAsync(sample, ScoreRows, cancellation);
        try
        {
            return (await ReadAsync(from.File, ScoreRows, cancellation, RequestSettings.Read(request.Settings).ReadOptions(from.Role)), output);
        }
        catch (BlobException e) when (e.Code == "blob-missing")
        {
            throw new ApiException(410, "input-gone", "the input was deleted");
        }
    }

    private async Task<Clip> ReadAsync(StoredBlob blob, int? rows, CancellationToken cancellation, ReadOptions? options = null)
    {
        using ScratchFile file = await _scratch.FetchAsync(blobs, blob, cancellation);
        ReadOptions read = options ?? new ReadOptions { Still = true };
        int? height = rows is null ? read.MaxHeight : Math.Min(rows.Value, read.MaxHeight ?? rows.Value);
        return (await ClipReader.ReadAsync(file.Path, read with { MaxHeight = height }, cancellation)).Clip;
    }

    private async Task<byte[]> PngAsync(Clip clip, CancellationToken cancellation)
    {
        using ScratchFile written = _scratch.Create("");
        await ClipWriter.WriteAsync(clip, written.Path, ClipFormat.Png, cancellation: cancellation);
        return await File.ReadAllBytesAsync(Directory.EnumerateFiles(written.Path).Single(), cancellation);
    }

    private async Task<byte[]> EncodeAsync(Clip clip, ClipFormat format, CancellationToken cancellation)
    {
        using ScratchFile written = _scratch.Create("");
        await ClipWriter.WriteAsync(clip, written.Path, format, cancellation: cancellation);
        if (format != ClipFormat.Png) return await File.ReadAllBytesAsync(written.Path, cancellation);
        await using var zip = new MemoryStream();
        await ZipFile.CreateFromDirectoryAsync(written.Path, zip, CompressionLevel.NoCompression, includeBaseDirectory: false, cancellation);
        return zip.ToArray();
    }
}

/// <summary>Files that are deleted with this object.</summary>
internal sealed class PaintedFiles(ScratchFile directory) : IDisposable
{
    /// <summary>The video with its cues, lossless.</summary>
    public string Painted { get; } = Path.Combine(directory.Path, "painted.mkv");

    /// <summary>The mask: white is filled.</summary>
    public string Mask { get; } = Path.Combine(directory.Path, "mask.mkv");

    public void Dispose() => directory.Dispose();
}
