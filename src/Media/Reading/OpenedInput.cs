using Vgpnn.Media.Ffmpeg;
using Vgpnn.Media.Frames;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media.Reading;

/// <summary>An input that was looked at from outside and may be handed to ffmpeg.</summary>
internal sealed class OpenedInput : IDisposable
{
    private readonly CallDirectory _directory;

    private OpenedInput(string name, FrameDirectory? frames, CallDirectory directory, InputSource source)
    {
        Name = name;
        Directory = frames;
        _directory = directory;
        Source = source;
    }

    /// <summary>The input in messages.</summary>
    public string Name { get; }

    /// <summary>The frames of a directory, to which a range was applied already; <c>null</c> for a file.</summary>
    public FrameDirectory? Directory { get; }

    /// <summary>How ffmpeg sees the input.</summary>
    public InputSource Source { get; }

    /// <summary>Checks options and input; nothing is decoded.</summary>
    /// <exception cref="VgpnnException">Kind Usage or Input. Kind Device: the temporary directory cannot be written.</exception>
    public static OpenedInput Open(string path, ReadOptions options)
    {
        if (options.Frames is { } range && (range.First < 1 || range.Last < range.First)) throw MediaErrors.BadRange(range);
        if (options.MaxHeight < Size.Shortest) throw MediaErrors.BadMaxHeight(options.MaxHeight.Value);
        string name = options.Name ?? path;
        (string full, bool isDirectory) = InputFile.Locate(name, path);
        FileKind kind = isDirectory ? FileKind.Unknown : InputFile.Identify(name, full);
        if (!isDirectory && !(options.Still && FrameDirectory.IsFrame(kind)))
        {
            InputSource source = InputSource.File(Video(name, kind));
            return Linked(name, null, source, directory => directory.Link("input", full));
        }

        FrameDirectory frames = isDirectory ? FrameDirectory.Open(name, full, options.Frames, options.Limits) : FrameDirectory.Single(name, full, options.Limits);
        string extension = frames.Kind == FileKind.Jpeg ? ".jpg" : "." + frames.Kind.ToString().ToLowerInvariant();
        return Linked(name, frames, InputSource.Frames(extension), directory => directory.LinkFrames(frames.Files, extension));
    }

    /// <summary>A run within <paramref name="limits"/> that reads this input.</summary>
    public FfmpegRun Run(ProgramPath programs, MediaLimits limits, Action<Stream> drain) =>
        new(programs, _directory) { Limits = InputSource.Limits(limits), Timeout = limits.Timeout, Drain = drain };

    /// <summary>The outcome of such a run.</summary>
    /// <exception cref="VgpnnException">Kind Input: it took too long.</exception>
    public async Task<FfmpegOutcome> WithinTimeAsync(Task<FfmpegOutcome> run, MediaLimits limits)
    {
        try
        {
            return await run.ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw MediaErrors.TooSlow(Name, limits.Timeout);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    /// <summary>Returns <paramref name="kind"/> if it is a video.</summary>
    /// <exception cref="VgpnnException">Kind Input: it is not.</exception>
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

    private static OpenedInput Linked(string name, FrameDirectory? frames, InputSource source, Action<CallDirectory> link)
    {
        var directory = CallDirectory.Create();
        try
        {
            link(directory);
            return new OpenedInput(name, frames, directory, source);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }
}
