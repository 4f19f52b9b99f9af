using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>Reads videos, animated GIFs and directories of numbered frames through ffmpeg.</summary>
/// <remarks>
/// Every decoded frame is kept once, whatever its time: nothing is duplicated or dropped to even out a pace that varies.
/// Untagged video of 720 rows or more is taken for BT.709 and smaller one for BT.601, as players do.
/// </remarks>
public static class ClipReader
{
    /// <summary>Reads the clip at <paramref name="path"/>, a file or a directory.</summary>
    /// <param name="path">mp4, mov, mkv, webm, avi or gif, whatever its name; or a directory of numbered frames.</param>
    /// <param name="options">Frames, size and bounds; null: everything, within the default bounds.</param>
    /// <param name="cancellation">Ends ffmpeg and leaves nothing behind.</param>
    /// <exception cref="VgpnnException">
    /// Kind Input: nothing usable there. Kind Usage: options that cannot be. Kind Device: ffmpeg is missing.
    /// </exception>
    public static Task<ReadResult> ReadAsync(string path, ReadOptions? options = null, CancellationToken cancellation = default) =>
        ReadAsync(FfmpegTools.OnPath, path, options ?? new ReadOptions(), cancellation);

    /// <summary>Looks at the clip at <paramref name="path"/> without decoding more than its first frame.</summary>
    /// <param name="path">As for reading.</param>
    /// <param name="limits">Bounds; null: the default ones.</param>
    /// <param name="cancellation">Ends ffprobe and leaves nothing behind.</param>
    /// <exception cref="VgpnnException">As for reading; what only shows on decoding is not found.</exception>
    public static async Task<ClipInfo> ProbeAsync(string path, MediaLimits? limits = null, CancellationToken cancellation = default)
    {
        var options = new ReadOptions { Limits = limits ?? MediaLimits.Default };
        using OpenedInput input = OpenedInput.Open(path, options);
        return (await InputDescription.OfAsync(FfmpegTools.OnPath, input, options, cancellation).ConfigureAwait(false)).Info;
    }

    /// <summary>Bytes from the beginning of a file that <see cref="CheckBeginning"/> looks at.</summary>
    public const int BeginningLength = MagicBytes.Length;

    /// <summary>Refuses by its first bytes what is neither a video nor a picture, before more of it is read or kept.</summary>
    /// <param name="name">What messages call the file.</param>
    /// <param name="beginning">Its first bytes, <see cref="BeginningLength"/> of them where it has so many.</param>
    /// <exception cref="VgpnnException">Kind Input: it cannot be used.</exception>
    public static void CheckBeginning(string name, ReadOnlySpan<byte> beginning)
    {
        FileKind kind = MagicBytes.Identify(beginning);
        if (!FrameDirectory.IsFrame(kind)) OpenedInput.Video(name, kind);
    }

    internal static async Task<ReadResult> ReadAsync(
        FfmpegTools tools, string path, ReadOptions options, CancellationToken cancellation)
    {
        using OpenedInput input = OpenedInput.Open(path, options);
        InputDescription description = await InputDescription.OfAsync(tools, input, options, cancellation).ConfigureAwait(false);
        FrameRange? range = input.Directory is null ? options.Frames : null;
        description.CheckLength(input.Path, range, options.Limits);

        var decoder = new FrameDecoder(tools, input.Path, input.Source, description.Plan, options.Limits);
        List<string> notices = [.. description.Notices];
        DecodedFrames decoded;
        if (input.Directory is { } directory)
        {
            decoded = await decoder.DecodeAsync(range, cancellation).ConfigureAwait(false);
            string? damage = await DecodedCheck.DirectoryAsync(decoder, input.Path, directory, decoded, options.Limits, cancellation)
                .ConfigureAwait(false);
            if (damage is not null) notices.Add(damage);
        }
        else
        {
            decoded = await decoder.DecodeAsync(range, cancellation).ConfigureAwait(false);
            notices.AddRange(DecodedCheck.File(input.Path, decoded, description.Counted, options));
        }

        if (decoded.Transparent) notices.Add("transparent pixels were blended over black");
        Size size = description.Plan.Target;
        return new ReadResult(new Clip(decoded.Frames, size.Width, size.Height, description.Info.FrameRate), description.Info, notices);
    }
}
