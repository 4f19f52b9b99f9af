using Vgpnn.Media.Ffmpeg;
using Vgpnn.Media.Frames;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Reading;

/// <summary>Judges what a decoder delivered: enough, less than was asked for, or damaged.</summary>
internal static class DecodedCheck
{
    private const int SignalBase = 128;
    private const int KillSignal = 9;
    private const int CpuTimeSignal = 24;

    /// <summary>Returns notices on a video file that can still be used.</summary>
    /// <exception cref="VgpnnException">Kind Input: fewer than two frames, or not those that were asked for.</exception>
    public static IEnumerable<string> File(string path, DecodedFrames decoded, int? counted, ReadOptions options)
    {
        CheckEnd(path, decoded, options.Limits);
        int frames = decoded.Frames.Count;
        bool damaged = decoded.ExitCode != 0 || decoded.Log.Errors.Count > 0;
        if (options.Frames is { } range) CheckRange(path, range, frames, damaged, counted);
        if (frames < 2) throw damaged ? DecodeFailure.From(path, decoded.Log, options.Limits) : MediaErrors.TooShort(path, frames);

        if (damaged)
        {
            string words = DecodeFailure.Words(decoded.Log) is { } w ? $" ({w})" : "";
            yield return $"the video is damaged or cut short{words}; only the {frames} frames that could be decoded are read";
        }

        if (decoded.Log.Interlaced) yield return "the video is interlaced and is read without deinterlacing; deinterlace it first: ffmpeg -i INPUT -vf yadif clip.mp4";
        if (decoded.Log.FrameSizes > 1) yield return "the frame size changes within the video; all frames are resampled to the first size";
    }

    /// <summary>Checks that every frame of a directory was decoded; returns a notice if some are damaged.</summary>
    /// <exception cref="VgpnnException">Kind Input: one was not; it is named.</exception>
    public static async Task<string?> DirectoryAsync(
        FrameDecoder decoder, string path, FrameDirectory directory, DecodedFrames decoded, MediaLimits limits, CancellationToken cancellation)
    {
        CheckEnd(path, decoded, limits);
        bool whole = decoded.Frames.Count == directory.Files.Count;
        if (whole && decoded.Log.Errors.Count == 0) return null;
        string? words = DecodeFailure.Words(decoded.Log);
        if (await decoder.FindBadFrameAsync(directory.Files.Count, cancellation).ConfigureAwait(false) is { } bad)
            throw MediaErrors.BadFrame(path, directory.Files[bad], words);
        return whole ? $"some frames are damaged ({words}); they are read as far as they could be decoded" : throw MediaErrors.Damaged(path, words);
    }

    private static void CheckEnd(string path, DecodedFrames decoded, MediaLimits limits)
    {
        switch (decoded.ExitCode - SignalBase)
        {
            case CpuTimeSignal:
                throw MediaErrors.TooSlow(path, limits.Timeout);
            case KillSignal:
                throw MediaErrors.TooMuchMemory(path);
            case > 0 and < 64:
                throw MediaErrors.Damaged(path, "the decoder crashed");
        }

        if (decoded.Log.Says("Unrecognized option")) throw MediaErrors.ToolTooOld();
        if (decoded.Log.Says("Cannot allocate memory")) throw MediaErrors.TooMuchMemory(path);
    }

    private static void CheckRange(string path, FrameRange range, int frames, bool damaged, int? counted)
    {
        // Frames that the container holds but that cannot be decoded are damage, not the end.
        if (damaged && (counted is null || counted >= (range.Last ?? range.First))) return;
        if (frames == 0) throw MediaErrors.BeyondEnd(path, range, counted);
        if (range.Last is { } last && frames < last - range.First + 1) throw MediaErrors.BeyondEnd(path, range, range.First - 1 + frames);
    }
}
