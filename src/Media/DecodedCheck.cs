using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>Judges what a decoder delivered: enough, less than was asked for, or damaged.</summary>
internal static class DecodedCheck
{
    private const int SignalBase = 128;
    private const int KillSignal = 9;
    private const int CpuTimeSignal = 24;

    /// <summary>Sentences on what a user should know about a video file that can still be used.</summary>
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
            string words = DecodeFailure.Words(decoded.Log, path) is { } w ? $" ({w})" : "";
            yield return $"the video is damaged or cut short{words}; the {frames} frames that could be decoded were taken";
        }

        if (decoded.Log.Interlaced) yield return "the video is interlaced and was read as it is; remove the combs first with: ffmpeg -i INPUT -vf yadif clip.mp4";
        if (decoded.Log.FrameSizes > 1) yield return "the size of the frames changes in the course of the video; all were resampled to the first size";
    }

    /// <summary>Checks that every frame of a directory was decoded; a sentence where some came out damaged.</summary>
    /// <exception cref="VgpnnException">Kind Input: one was not; it is named.</exception>
    public static async Task<string?> DirectoryAsync(
        FrameDecoder decoder, string path, FrameDirectory directory, DecodedFrames decoded, MediaLimits limits, CancellationToken cancellation)
    {
        CheckEnd(path, decoded, limits);
        bool whole = decoded.Frames.Count == directory.Files.Count;
        if (whole && decoded.Log.Errors.Count == 0) return null;
        string? words = DecodeFailure.Words(decoded.Log, path);
        if (await decoder.FindBadFrameAsync(directory.Files.Count, cancellation).ConfigureAwait(false) is { } bad)
            throw MediaErrors.BadFrame(path, directory.Files[bad], words);
        return whole ? $"some frames are damaged ({words}); they were taken as they could be decoded" : throw MediaErrors.Damaged(path, words);
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
