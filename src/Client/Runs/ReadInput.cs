using System.Security.Cryptography;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>A clip that was read for a run.</summary>
/// <param name="Role">What it is to the run.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Clip">The frames that are used, at the pace asked for.</param>
/// <param name="Shown">Its size before it was reduced.</param>
/// <param name="FileSha256">SHA-256 of the file's bytes; null for a directory.</param>
/// <param name="FramesSha256">Hash of the frames that are used.</param>
/// <param name="Notices">What was said about it on the way in.</param>
internal sealed record ReadInput(
    InputRole Role, string Path, Clip Clip, ClipInfo Shown, string? FileSha256, string FramesSha256, IReadOnlyList<string> Notices)
{
    /// <exception cref="VgpnnException">It cannot be used.</exception>
    public static async Task<ReadInput> ReadAsync(InputPath input, InputRequest request, IRunReporter reporter, CancellationToken cancellation)
    {
        reporter.Stage($"reading {HumanText.OneLine(ManifestMaker.NameOf(input.Path))}");
        var options = new ReadOptions
        {
            // The range chooses from what is worked on; a mask goes with it.
            Frames = input.Role.IsSource() ? null : request.Frames,
            MaxHeight = request.MaxHeight,
            Still = input.Role == InputRole.Mask,
        };
        ReadResult read = await ClipReader.ReadAsync(input.Path, options, cancellation);
        Clip clip = request.FrameRate is { } pace ? read.Clip.WithFrameRate(pace) : read.Clip;
        string? fileSha256 = await HashFileAsync(input.Path, cancellation);
        return new ReadInput(input.Role, input.Path, clip, read.Info, fileSha256, clip.ContentHash(), read.Notices);
    }

    private static async Task<string?> HashFileAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) return null;
        await using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
    }
}
