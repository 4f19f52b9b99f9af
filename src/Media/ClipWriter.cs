using Vgpnn.Kernels.Volumes;
using Vgpnn.Media.Sandbox;
using Vgpnn.Media.Stills;
using Vgpnn.Media.Writing;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media;

/// <summary>
/// Writes clips: videos through ffmpeg, PNG frames in this process. An output appears whole or not at all. The same clip gives
/// the same bytes with the same version of ffmpeg, or for PNG of this program, on every machine.
/// </summary>
public static class ClipWriter
{
    /// <summary>The extension of a format, with its dot; empty for <see cref="ClipFormat.Png"/>, which is a directory.</summary>
    public static string Extension(ClipFormat format) => format switch
    {
        ClipFormat.Mp4 => ".mp4",
        ClipFormat.Gif => ".gif",
        ClipFormat.Webm => ".webm",
        ClipFormat.Png => "",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>Writes a clip to <paramref name="path"/>, replacing what is there.</summary>
    /// <param name="clip">T×H×W×3 bytes of RGB.</param>
    /// <param name="path">A file, or for PNG a directory; its parent exists. A directory is only replaced if it holds nothing but PNG frames.</param>
    /// <param name="format">Container and codec.</param>
    /// <param name="comment">Stored in the container's comment in mp4 and webm; <c>null</c> for none.</param>
    /// <param name="cancellation">Kills ffmpeg and removes what it has written.</param>
    /// <exception cref="VgpnnException">Kind Device: no permission, no space, no ffmpeg.</exception>
    public static Task WriteAsync(Clip clip, string path, ClipFormat format, string? comment = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return WriteAsync(Task.FromResult(clip), clip.Extent, clip.FrameRate, path, format, comment, cancellation);
    }

    /// <summary>Writes a clip that is still being made: the encoder starts meanwhile. If the clip fails, nothing is left.</summary>
    /// <param name="clip">The clip to come; its exception is thrown. It must end once <paramref name="cancellation"/> is requested.</param>
    /// <param name="extent">Its frames, rows and columns.</param>
    /// <param name="frameRate">Its frame rate.</param>
    /// <param name="path">As for a clip that exists.</param>
    /// <param name="format">Container and codec.</param>
    /// <param name="comment">As for a clip that exists.</param>
    /// <param name="cancellation">Kills ffmpeg and removes what it has written.</param>
    /// <exception cref="VgpnnException">Kind Device: no permission, no space, no ffmpeg.</exception>
    public static Task WriteAsync(
        Task<Clip> clip, Extent extent, FrameRate frameRate, string path, ClipFormat format, string? comment, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return WriteAsync(ProgramPath.Environment, clip, extent, frameRate, path, format, comment, cancellation);
    }

    /// <summary>Writes a clip to a file without loss: FFV1 in Matroska, for programs rather than players.</summary>
    /// <param name="clip">T×H×W×3 bytes of RGB.</param>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="cancellation">Kills ffmpeg; the caller removes what it has written.</param>
    /// <exception cref="VgpnnException">Kind Device: no permission, no space, no ffmpeg.</exception>
    public static Task WriteLosslessAsync(Clip clip, string path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return new FrameEncoder(ProgramPath.Environment, path, Task.FromResult(clip), clip.Extent, clip.FrameRate).LosslessAsync(Path.GetFullPath(path), cancellation);
    }

    internal static async Task WriteAsync(
        ProgramPath programs, Task<Clip> clip, Extent extent, FrameRate rate, string path, ClipFormat format, string? comment, CancellationToken cancellation)
    {
        using StagedOutput staged = StagedOutput.Create(path, Path.GetFullPath(path), format);
        if (format == ClipFormat.Png)
        {
            Clip frames = await clip.WaitAsync(cancellation).ConfigureAwait(false);
            await Task.Run(() => staged.Fill(directory => PngFrames.Write(frames, directory, cancellation)), cancellation).ConfigureAwait(false);
            staged.Commit();
            return;
        }

        await new FrameEncoder(programs, path, clip, extent, rate).EncodeAsync(staged.Path, format, comment, cancellation).ConfigureAwait(false);
        staged.Commit();
    }
}
