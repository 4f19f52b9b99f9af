using System.Security.Cryptography;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>An input clip of a run.</summary>
/// <param name="Role">The role in the run.</param>
/// <param name="Path">The path as given.</param>
/// <param name="Clip">The frames in use, with the requested frame rate.</param>
/// <param name="Shown">Its size before downscaling.</param>
/// <param name="FileSha256">SHA-256 of the file; <c>null</c> for a directory.</param>
/// <param name="FramesSha256">Hash of the frames in use.</param>
/// <param name="Notices">Notices of the reader.</param>
internal sealed record ReadInput(
    InputRole Role, string Path, Clip Clip, ClipInfo Shown, string? FileSha256, string FramesSha256, IReadOnlyList<string> Notices)
{
    /// <exception cref="VgpnnException">The clip cannot be used.</exception>
    public static async Task<ReadInput> ReadAsync(InputPath input, InputRequest request, IRunReporter reporter, CancellationToken cancellation)
    {
        reporter.Stage($"reading {HumanText.OneLine(ManifestMaker.NameOf(input.Path))}");
        var options = new ReadOptions
        {
            // The frame range applies to the edited clip and its mask only.
            Frames = input.Role.IsSource() ? null : request.Frames,
            MaxHeight = request.MaxHeight,
            Still = input.Role == InputRole.Mask,
        };
        ReadResult read = await ClipReader.ReadAsync(input.Path, options, cancellation);
        Clip clip = request.FrameRate is { } frameRate ? read.Clip.WithFrameRate(frameRate) : read.Clip;
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
