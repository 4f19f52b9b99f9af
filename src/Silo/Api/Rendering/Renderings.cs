using System.IO.Compression;
using System.Text.Json;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Caching;
using Vgpnn.Grains.Levels;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Kernels.Threading;
using Vgpnn.Media;
using Vgpnn.Media.Stills;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Evaluation;
using Vgpnn.Synthesis.Options;
using Painting = Vgpnn.Synthesis.Masks.Painting;

namespace Vgpnn.Silo.Api.Rendering;

/// <summary>
/// What is rendered on demand, for people to look at: previews, other formats, source maps, scores, paintings. The results that were
/// used last stay in memory.
/// </summary>
internal sealed class Renderings(IBlobStore blobs) : IDisposable
{
    private const int ScoreRows = 144, PreviewRows = 480, MinRows = 8;

    // Decoded clips are held in memory while they are rendered. A small file can hold gigabytes.
    private const long PreviewBytes = 256 << 20, PairBytes = 512 << 20, MaxBytes = 1L << 30;

    // A sample in messages.
    private const string Sample = "the sample";

    private const int MaxQueued = 64;
    private const long MaxKept = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ByteCache<byte[]> _kept = new(MaxKept, bytes => bytes.Length);
    private readonly RenderQueue _queue = new(Math.Max(2, Environment.ProcessorCount / 2), MaxQueued, Patience);
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
        return RenderAsync(
            video.File, "preview",
            async stop => await EncodeAsync(await ReadAsync(video.File, video.Name, RowsOf(video.Result!), stop), ClipFormat.Mp4, stop),
            cancellation);
    }

    /// <summary>A sample in another format.</summary>
    public Task<byte[]> SampleAsync(StoredBlob sample, string format, CancellationToken cancellation) => RenderAsync(
        sample, format,
        async stop => await EncodeAsync(await ReadAsync(sample, Sample, null, stop), Enum.Parse<ClipFormat>(format, ignoreCase: true), stop),
        cancellation);

    /// <summary>The source map of a sample: one frame as PNG, or all frames as mp4 (<c>null</c>).</summary>
    public Task<byte[]> FieldAsync(RequestStatus request, StoredBlob sample, int? frame, CancellationToken cancellation) => RenderAsync(
        sample, $"field-{frame}",
        async stop =>
        {
            (Clip input, Clip output) = await PairAsync(request, sample, stop);
            if (frame < 0 || frame >= output.Frames.Count) throw new ApiException(422, "no-such-frame", $"the sample has frames 0 to {output.Frames.Count - 1}");
            Clip field = FieldColours.Of(input, output, new Workers(Environment.ProcessorCount, stop));
            return frame is { } one
                ? StillImage.Png(field.Frames[one], field.Width, field.Height)
                : await EncodeAsync(field, ClipFormat.Mp4, stop);
        },
        cancellation);

    /// <summary>The scores of a sample against its input.</summary>
    public async Task<Scores> ScoresAsync(RequestStatus request, StoredBlob sample, CancellationToken cancellation)
    {
        byte[] json = await RenderAsync(
            sample, "scores",
            async stop =>
            {
                (Clip input, Clip output) = await PairAsync(request, sample, stop);
                SampleScores s = new Evaluator(input, new Workers(Environment.ProcessorCount, stop)).Add(output);
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
            return await _queue.RunAsync(
                TenantOf(video.File),
                async () =>
                {
                    Clip painting = (await ClipReader.ReadAsync(picture, new ReadOptions { Name = "the painting", Still = true }, cancellation)).Clip;
                    (Clip painted, Clip mask) = Painting.Apply(await ReadAsync(video.File, video.Name, null, cancellation), painting, ranges);
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
        Clip output = await ReadAsync(sample, Sample, ScoreRows, cancellation, maxBytes: PairBytes);
        try
        {
            return (await ReadAsync(from.File, from.Name, ScoreRows, cancellation, RequestSettings.Read(request.Settings).ReadOptions(from.Role), PairBytes), output);
        }
        catch (BlobException e) when (e.Code == "blob-missing")
        {
            throw new ApiException(410, "input-gone", "the input was deleted");
        }
    }

    // Rows of a preview: a long video has smaller ones, so that its frames fit into memory.
    private static int RowsOf(IngestResult video)
    {
        double scale = Math.Sqrt(PreviewBytes / (3.0 * video.Frames * video.Height * video.Width));
        return Math.Clamp((int)(video.Height * scale), MinRows, PreviewRows);
    }

    private static string TenantOf(StoredBlob blob) => BlobKeys.TryParse(blob.Key, out BlobOwner owner) ? owner.Tenant : "";

    private Task<byte[]> RenderAsync(StoredBlob blob, string what, Func<CancellationToken, Task<byte[]>> render, CancellationToken cancellation) =>
        _kept.GetAsync($"{blob.Key}#{what}", stop => _queue.RunAsync(TenantOf(blob), () => render(stop), stop), cancellation);

    private async Task<Clip> ReadAsync(
        StoredBlob blob, string name, int? rows, CancellationToken cancellation, ReadOptions? options = null, long maxBytes = MaxBytes)
    {
        using ScratchFile file = await _scratch.FetchAsync(blobs, blob, cancellation);
        ReadOptions read = options ?? new ReadOptions { Still = true };
        MediaLimits limits = read.Limits with { MaxDecodedBytes = Math.Min(read.Limits.MaxDecodedBytes, maxBytes) };
        int? height = rows is null ? read.MaxHeight : Math.Min(rows.Value, read.MaxHeight ?? rows.Value);
        return (await ClipReader.ReadAsync(file.Path, read with { Name = name, MaxHeight = height, Limits = limits }, cancellation)).Clip;
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
