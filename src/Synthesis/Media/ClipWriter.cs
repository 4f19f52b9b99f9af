namespace Vgpnn.Synthesis.Media;

/// <summary>What a clip is written as.</summary>
public enum ClipFormat
{
    /// <summary>H.264, yuv420p, faststart: plays everywhere; odd sizes are padded by a pixel.</summary>
    Mp4,

    /// <summary>An endless animated GIF with a palette of its own.</summary>
    Gif,

    /// <summary>VP9 in WebM.</summary>
    Webm,

    /// <summary>A directory of numbered PNG frames: lossless.</summary>
    Png,
}

/// <summary>Writes clips through ffmpeg; what is written appears whole or not at all.</summary>
public static class ClipWriter
{
    /// <summary>The file name's ending, with its dot; empty for <see cref="ClipFormat.Png"/>, which is a directory.</summary>
    public static string Extension(ClipFormat format) => throw new NotImplementedException();

    /// <summary>Writes <paramref name="clip"/> to <paramref name="path"/>, replacing what is there.</summary>
    /// <param name="clip">The frames.</param>
    /// <param name="path">A file, or for PNG a directory.</param>
    /// <param name="format">What to write.</param>
    /// <param name="comment">Stored in the container's comment where it has one.</param>
    /// <param name="cancellation">Stops ffmpeg and leaves nothing behind.</param>
    public static Task WriteAsync(Clip clip, string path, ClipFormat format, string? comment = null, CancellationToken cancellation = default) =>
        throw new NotImplementedException();
}
