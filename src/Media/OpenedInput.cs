using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>An input that was looked at from outside and may be handed to ffmpeg.</summary>
internal sealed class OpenedInput : IDisposable
{
    private readonly FrameLinks? _links;

    private OpenedInput(string path, FrameDirectory? directory, FrameLinks? links, InputSource source)
    {
        Path = path;
        Directory = directory;
        _links = links;
        Source = source;
    }

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>The frames, where the input is a directory. A range was applied to them already.</summary>
    public FrameDirectory? Directory { get; }

    /// <summary>What ffmpeg is told.</summary>
    public InputSource Source { get; }

    /// <summary>Checks options and input; nothing is decoded.</summary>
    /// <exception cref="VgpnnException">Kind Usage or Input.</exception>
    public static OpenedInput Open(string path, ReadOptions options)
    {
        if (options.Frames is { } range && (range.First < 1 || range.Last < range.First)) throw MediaErrors.BadRange(range);
        if (options.MaxHeight < DecodePlan.MinSide) throw MediaErrors.BadMaxHeight(options.MaxHeight.Value);
        (string full, bool isDirectory) = InputFile.Locate(path);
        bool still = !isDirectory && options.Still && FrameDirectory.IsFrame(InputFile.Identify(full));
        if (!isDirectory && !still) return new OpenedInput(full, null, null, InputSource.File(full, Video(full, InputFile.Identify(full))));

        FrameDirectory frames = still ? FrameDirectory.Single(full, options.Limits) : FrameDirectory.Open(full, options.Frames, options.Limits);
        var links = new FrameLinks(frames);
        return new OpenedInput(full, frames, links, InputSource.Frames(links.Pattern));
    }

    /// <inheritdoc/>
    public void Dispose() => _links?.Dispose();

    /// <summary>A kind of file that is a video.</summary>
    /// <exception cref="VgpnnException">Kind Input: it is another one.</exception>
    public static FileKind Video(string path, FileKind kind) => kind switch
    {
        FileKind.Unknown => throw MediaErrors.UnknownFormat(path, text: false),
        FileKind.Text => throw MediaErrors.UnknownFormat(path, text: true),
        FileKind.Playlist => throw MediaErrors.Playlist(path),
        FileKind.Png => throw MediaErrors.StillImage(path, "PNG"),
        FileKind.Jpeg => throw MediaErrors.StillImage(path, "JPEG"),
        FileKind.Bmp => throw MediaErrors.StillImage(path, "BMP"),
        FileKind.Webp => throw MediaErrors.StillImage(path, "WebP"),
        FileKind.Tiff => throw MediaErrors.StillImage(path, "TIFF"),
        FileKind.Heif => throw MediaErrors.StillImage(path, "HEIF or AVIF"),
        _ => kind,
    };
}
