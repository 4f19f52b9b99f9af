using System.IO.Compression;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.Contracts;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Evaluation;
using Vgpnn.Synthesis.Media;
using Painting = Vgpnn.Synthesis.Painting;

namespace Vgpnn.Silo.Api;

/// <summary>
/// What is made for people to look at, when they ask for it: videos that browsers play, other formats, fields, scores. Few are made at
/// once, of bounded size; the last ones are kept in memory.
/// </summary>
internal sealed class Renderings(TenantBlobs blobs, RequestGrain requests, VideoGrain videos) : IDisposable
{
    private const int Rows = 144, PreviewRows = 480;
    private const long PaintedBytes = 1L << 30;
    private const long KeptBytes = 64 << 20;

    private readonly SemaphoreSlim _atOnce = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Bytes, long Used)> _kept = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-renderings-").FullName;
    private long _clock;

    public void Dispose()
    {
        _atOnce.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>An upload as mp4.</summary>
    public Task<byte[]> VideoAsync(string tenant, VideoStatus video, CancellationToken cancellation)
    {
        if (video.State != Grains.Contracts.VideoState.Ready) throw new ApiException(409, "video-not-ready", "the video is not ready");
        return KeptAsync(
            $"{video.OriginalKey}#preview",
            async () => await EncodeAsync(await ReadAsync(tenant, video.OriginalKey, PreviewRows, cancellation), ClipFormat.Mp4, cancellation),
            cancellation);
    }

    /// <summary>A sample in another format.</summary>
    public Task<byte[]> SampleAsync(string tenant, SampleStatus sample, string format, CancellationToken cancellation) => KeptAsync(
        $"{sample.VideoKey}#{format}",
        async () => await EncodeAsync(await ReadAsync(tenant, sample.VideoKey!, null, cancellation), Enum.Parse<ClipFormat>(format, ignoreCase: true), cancellation),
        cancellation);

    /// <summary>Where each patch of a sample came from, as colours: one frame as PNG, or all as mp4.</summary>
    public Task<byte[]> FieldAsync(string tenant, SampleStatus sample, int? frame, CancellationToken cancellation) => KeptAsync(
        $"{sample.VideoKey}#field-{frame}",
        async () =>
        {
            (Clip input, Clip output) = await PairAsync(tenant, sample, cancellation);
            if (frame < 0 || frame >= output.Frames.Count) throw new ApiException(422, "no-such-frame", $"the sample has frames 0 to {output.Frames.Count - 1}");
            Clip field = FieldColours.Of(input, output, new Workers(Environment.ProcessorCount, cancellation));
            return frame is { } one
                ? await PngAsync(new Clip([field.Frames[one]], field.Width, field.Height, field.FrameRate), cancellation)
                : await EncodeAsync(field, ClipFormat.Mp4, cancellation);
        },
        cancellation);

    /// <summary>A video that was painted over, and its mask, as files.</summary>
    public async Task<PaintedFiles> PaintAsync(string tenant, VideoStatus video, Stream layers, IReadOnlyList<FrameRange> ranges, CancellationToken cancellation)
    {
        string directory = Path.Combine(_directory, Guid.NewGuid().ToString("N"));
        var files = new PaintedFiles(Directory.CreateDirectory(directory).FullName);
        try
        {
            string picture = Path.Combine(directory, "layers");
            await using (FileStream file = File.Create(picture)) await layers.CopyToAsync(file, cancellation);
            return await TakingTurnsAsync(
                async () =>
                {
                    Clip painting = (await ClipReader.ReadAsync(picture, new ReadOptions { Still = true }, cancellation)).Clip;
                    var bounds = new ReadOptions { Limits = MediaLimits.Default with { MaxDecodedBytes = PaintedBytes } };
                    (Clip painted, Clip mask) = Painting.Apply(await ReadAsync(tenant, video.OriginalKey, null, cancellation, bounds), painting, ranges);
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

    /// <summary>What a sample scores against its input.</summary>
    public async Task<Scores> ScoresAsync(string tenant, SampleStatus sample, CancellationToken cancellation)
    {
        byte[] json = await KeptAsync(
            $"{sample.VideoKey}#scores",
            async () =>
            {
                (Clip input, Clip output) = await PairAsync(tenant, sample, cancellation);
                SampleScores s = new Evaluator(input, new Workers(Environment.ProcessorCount, cancellation)).Add(output);
                return System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
                    new Scores(
                        s.Coherence, s.Completeness, s.NnfDiversity, s.FrechetPatchDistance, s.Sharpness, s.FrameDifference, s.Flicker, s.CopiedFrames),
                    ApiJson.Options);
            },
            cancellation);
        return System.Text.Json.JsonSerializer.Deserialize<Scores>(json, ApiJson.Options)!;
    }

    private async Task<byte[]> KeptAsync(string key, Func<Task<byte[]>> make, CancellationToken cancellation)
    {
        if (Find(key) is { } kept) return kept;
        return await TakingTurnsAsync(
            async () =>
            {
                if (Find(key) is { } madeMeanwhile) return madeMeanwhile;
                byte[] bytes = await make();
                Keep(key, bytes);
                return bytes;
            },
            cancellation);
    }

    private async Task<T> TakingTurnsAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        if (!await _atOnce.WaitAsync(TimeSpan.FromSeconds(20), cancellation))
            throw new ApiException(503, "busy", "too much is being rendered now") { RetryAfter = 5 };
        try
        {
            return await Task.Run(work, cancellation);
        }
        finally
        {
            _atOnce.Release();
        }
    }

    private byte[]? Find(string key)
    {
        lock (_lock)
        {
            if (!_kept.TryGetValue(key, out (byte[] Bytes, long Used) entry)) return null;
            _kept[key] = (entry.Bytes, ++_clock);
            return entry.Bytes;
        }
    }

    private void Keep(string key, byte[] bytes)
    {
        lock (_lock)
        {
            _kept[key] = (bytes, ++_clock);
            while (_kept.Values.Sum(e => (long)e.Bytes.Length) > KeptBytes) _kept.Remove(_kept.MinBy(e => e.Value.Used).Key);
        }
    }

    private async Task<(Clip Input, Clip Output)> PairAsync(string tenant, SampleStatus sample, CancellationToken cancellation)
    {
        ILookup<string, KnownInput> inputs = await requests.InputsAsync(tenant, [sample.RequestId], cancellation);
        RequestSettings settings = RequestSettings.Read((await requests.GetAsync(tenant, sample.RequestId, cancellation)).Settings);

        // Patches come from the source where there is one.
        KnownInput from = inputs[sample.RequestId].OrderByDescending(i => i.Role.IsSource()).First(i => i.Role != InputRole.Mask);
        VideoStatus video = await videos.FindAnyAsync(tenant, from.VideoId, cancellation) ?? throw new ApiException(410, "input-gone", "the input was deleted");
        return (await ReadAsync(tenant, video.OriginalKey, Rows, cancellation, settings.ReadOptions(from.Role)),
            await ReadAsync(tenant, sample.VideoKey!, Rows, cancellation));
    }

    private async Task<Clip> ReadAsync(string tenant, string key, int? rows, CancellationToken cancellation, ReadOptions? options = null)
    {
        BlobInfo blob = await blobs.FindAsync(tenant, key, cancellation);
        string path = Path.Combine(_directory, Guid.NewGuid().ToString("N"));
        using IDisposable file = await blobs.FetchAsync(blob, path, cancellation);
        ReadOptions read = options ?? new ReadOptions { Still = true };
        int? height = rows is null ? read.MaxHeight : Math.Min(rows.Value, read.MaxHeight ?? rows.Value);
        return (await ClipReader.ReadAsync(path, read with { MaxHeight = height }, cancellation)).Clip;
    }

    private async Task<byte[]> PngAsync(Clip clip, CancellationToken cancellation)
    {
        string path = Path.Combine(_directory, Guid.NewGuid().ToString("N"));
        try
        {
            await ClipWriter.WriteAsync(clip, path, ClipFormat.Png, cancellation: cancellation);
            return await File.ReadAllBytesAsync(Directory.EnumerateFiles(path).Single(), cancellation);
        }
        finally
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
    }

    private async Task<byte[]> EncodeAsync(Clip clip, ClipFormat format, CancellationToken cancellation)
    {
        string path = Path.Combine(_directory, Guid.NewGuid().ToString("N"));
        try
        {
            await ClipWriter.WriteAsync(clip, path, format, cancellation: cancellation);
            if (format != ClipFormat.Png) return await File.ReadAllBytesAsync(path, cancellation);
            await using var zip = new MemoryStream();
            await ZipFile.CreateFromDirectoryAsync(path, zip, CompressionLevel.NoCompression, includeBaseDirectory: false, cancellation);
            return zip.ToArray();
        }
        finally
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
            else File.Delete(path);
        }
    }
}

/// <summary>Files that are there for as long as this is.</summary>
internal sealed class PaintedFiles(string directory) : IDisposable
{
    /// <summary>The video with its cues, without loss.</summary>
    public string Painted { get; } = Path.Combine(directory, "painted.mkv");

    /// <summary>Black and white.</summary>
    public string Mask { get; } = Path.Combine(directory, "mask.mkv");

    public void Dispose() => Directory.Delete(directory, recursive: true);
}
