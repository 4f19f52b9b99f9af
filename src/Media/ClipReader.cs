using Vgpnn.Media.Frames;
using Vgpnn.Media.Reading;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media;

/// <summary>Reads videos, animated GIFs and directories of numbered frames through ffmpeg.</summary>
/// <remarks>
/// Every decoded frame is kept once, whatever its time: nothing is duplicated or dropped to even out a varying frame rate.
/// Untagged video of 720 rows or more is read as BT.709, smaller video as BT.601, as players do. All inputs are untrusted:
/// ffmpeg runs in a sandbox (<see cref="SandboxCapabilities"/>) and within <see cref="MediaLimits"/>.
/// </remarks>
/// <example>
/// <code>
/// ReadResult read = await ClipReader.ReadAsync("in.mp4", new ReadOptions { MaxHeight = 144 });
/// byte[] first = read.Clip.Frames[0]; // H×W×3 bytes: rows from top to bottom, red, green and blue from 0 to 255
/// </code>
/// </example>
public static class ClipReader
{
    /// <summary>Number of bytes from the beginning of a file that <see cref="CheckBeginning"/> looks at.</summary>
    public const int BeginningLength = MagicBytes.Length;

    /// <summary>Reads a clip of T×H×W×3 bytes of RGB.</summary>
    /// <param name="path">An mp4, mov, mkv, webm, avi or gif file, whatever its name, or a directory of numbered frames.</param>
    /// <param name="options">Frames, size and bounds; <c>null</c> for everything within the default bounds.</param>
    /// <param name="cancellation">Kills ffmpeg and removes temporary files.</param>
    /// <exception cref="VgpnnException">
    /// Kind Input: the input cannot be used. Kind Usage: invalid options. Kind Device: ffmpeg is missing, or the temporary
    /// directory cannot be written.
    /// </exception>
    public static Task<ReadResult> ReadAsync(string path, ReadOptions? options = null, CancellationToken cancellation = default) =>
        ReadAsync(ProgramPath.Environment, path, options ?? new ReadOptions(), cancellation);

    /// <summary>Describes a clip without decoding more than its first frame.</summary>
    /// <param name="path">As for <see cref="ReadAsync(string, ReadOptions, CancellationToken)"/>.</param>
    /// <param name="limits">Bounds; <c>null</c> for the default ones.</param>
    /// <param name="cancellation">Kills ffprobe and removes temporary files.</param>
    /// <exception cref="VgpnnException">As for reading, except for errors that only decoding finds.</exception>
    public static async Task<ClipInfo> ProbeAsync(string path, MediaLimits? limits = null, CancellationToken cancellation = default)
    {
        var options = new ReadOptions { Limits = limits ?? MediaLimits.Default };
        using OpenedInput input = OpenedInput.Open(path, options);
        return (await InputDescription.OfAsync(ProgramPath.Environment, input, options, cancellation).ConfigureAwait(false)).Info;
    }

    /// <summary>Refuses a file that is neither a video nor a picture by its first bytes, before more of it is read or stored.</summary>
    /// <param name="name">The file in messages.</param>
    /// <param name="beginning">Its first <see cref="BeginningLength"/> bytes, or all of them if it is shorter.</param>
    /// <exception cref="VgpnnException">Kind Input: it cannot be used.</exception>
    public static void CheckBeginning(string name, ReadOnlySpan<byte> beginning)
    {
        FileKind kind = MagicBytes.Identify(beginning);
        if (!FrameDirectory.IsFrame(kind)) OpenedInput.Video(name, kind);
    }

    internal static async Task<ReadResult> ReadAsync(
        ProgramPath programs, string path, ReadOptions options, CancellationToken cancellation)
    {
        using OpenedInput input = OpenedInput.Open(path, options);
        InputDescription description = await InputDescription.OfAsync(programs, input, options, cancellation).ConfigureAwait(false);
        FrameRange? range = input.Directory is null ? options.Frames : null;
        description.CheckLength(input.Name, range, options.Limits);

        var decoder = new FrameDecoder(programs, input, description.Plan, options.Limits);
        List<string> notices = [.. description.Notices];
        DecodedFrames decoded;
        if (input.Directory is { } directory)
        {
            decoded = await decoder.DecodeAsync(range, cancellation).ConfigureAwait(false);
            string? damage = await DecodedCheck.DirectoryAsync(decoder, input.Name, directory, decoded, options.Limits, cancellation)
                .ConfigureAwait(false);
            if (damage is not null) notices.Add(damage);
        }
        else
        {
            decoded = await decoder.DecodeAsync(range, cancellation).ConfigureAwait(false);
            notices.AddRange(DecodedCheck.File(input.Name, decoded, description.Counted, options));
        }

        if (decoded.Transparent) notices.Add("transparent pixels are blended over black");
        Size size = description.Plan.Target;
        return new ReadResult(new Clip(decoded.Frames, size.Width, size.Height, description.Info.FrameRate), description.Info, notices);
    }
}
