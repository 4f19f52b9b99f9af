using System.Globalization;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>What came out of a decoder.</summary>
/// <param name="Frames">The frames in order, 8-bit RGB.</param>
/// <param name="Transparent">Whether any pixel was not opaque.</param>
/// <param name="ExitCode">How ffmpeg ended.</param>
/// <param name="Log">What ffmpeg said.</param>
internal sealed record DecodedFrames(IReadOnlyList<byte[]> Frames, bool Transparent, int ExitCode, FfmpegLog Log);

/// <summary>Decodes an input: every frame is read from the pipe into the array in which it stays.</summary>
/// <param name="tools">Where ffmpeg is.</param>
/// <param name="path">The path, for messages.</param>
/// <param name="source">The input.</param>
/// <param name="plan">What to make of it.</param>
/// <param name="limits">Bounds.</param>
internal sealed class FrameDecoder(FfmpegTools tools, string path, InputSource source, DecodePlan plan, MediaLimits limits)
{
    /// <summary>Decodes the frames of a range; fewer where the input ends earlier.</summary>
    /// <exception cref="VgpnnException">Kind Input: a limit was passed.</exception>
    public async Task<DecodedFrames> DecodeAsync(FrameRange? range, CancellationToken cancellation)
    {
        var collector = new FrameCollector(path, plan, limits);
        FfmpegOutcome outcome = await RunAsync(FrameArguments(range), collector.Read, cancellation).ConfigureAwait(false);
        return new DecodedFrames(collector.Frames, collector.Transparent, outcome.ExitCode, outcome.Log);
    }

    /// <summary>Decodes a directory of <paramref name="count"/> frames once more and tells which is the first that does not come; null: all do.</summary>
    public async Task<int?> FindBadFrameAsync(int count, CancellationToken cancellation)
    {
        var came = new HashSet<string>(StringComparer.Ordinal);

        // A line for each frame; the third field is its time, which counts the files.
        string[] arguments = [.. InputArguments(), "-fps_mode", "passthrough", "-f", "framecrc", "pipe:1"];
        await RunAsync(
            arguments,
            stream =>
            {
                using var reader = new StreamReader(stream);
                while (came.Count <= count && reader.ReadLine() is { } line)
                {
                    string[] fields = line.Split(',');
                    if (fields.Length > 2) came.Add(fields[2].Trim());
                }
            },
            cancellation).ConfigureAwait(false);
        for (int i = 0; i < count; i++)
        {
            if (!came.Contains(i.ToString(CultureInfo.InvariantCulture))) return i;
        }

        return null;
    }

    private async Task<FfmpegOutcome> RunAsync(IReadOnlyList<string> arguments, Action<Stream> drain, CancellationToken cancellation)
    {
        var run = new FfmpegRun(tools.Ffmpeg, arguments) { Limits = InputSource.Limits(limits), Timeout = limits.Timeout, Drain = drain };
        try
        {
            return await FfmpegProcess.RunAsync(run, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw MediaErrors.TooSlow(path, limits.Timeout);
        }
    }

    private string[] InputArguments()
    {
        string[] decoder = plan.Decoder is null ? [] : ["-c:v", plan.Decoder];
        return
        [
            "-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+verbose",
            .. decoder, .. source.Arguments(limits, probing: false),
            "-map", "0:V:0", "-an", "-sn", "-dn", "-map_metadata", "-1",
        ];
    }

    private string[] FrameArguments(FrameRange? range)
    {
        // One frame more than allowed tells a clip of just the allowed length from a longer one.
        long most = limits.MaxFrames + 1L;
        string filter = plan.Filter;
        if (range is { } r)
        {
            if (r.Last is { } last) most = Math.Min(most, last - r.First + 1L);
            if (r.First > 1) filter = string.Create(CultureInfo.InvariantCulture, $"trim=start_frame={r.First - 1},{filter}");
        }

        return
        [
            .. InputArguments(),
            "-vf", filter,

            // Every decoded frame once, whatever its time.
            "-fps_mode", "passthrough",
            "-frames:v", most.ToString(CultureInfo.InvariantCulture),
            "-f", "rawvideo", "pipe:1",
        ];
    }
}
