using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>
/// A scratch directory with one link for each frame, named 00000001.png and so on: the one form in which ffmpeg reads any
/// files in any order in a single run. The user's own names never reach its pattern language.
/// </summary>
internal sealed class FrameLinks : IDisposable
{
    private readonly DirectoryInfo _folder;

    /// <exception cref="VgpnnException">Kind Device: the scratch directory cannot be written.</exception>
    public FrameLinks(FrameDirectory frames)
    {
        string extension = frames.Kind switch
        {
            FileKind.Jpeg => ".jpg",
            _ => "." + frames.Kind.ToString().ToLowerInvariant(),
        };
        try
        {
            _folder = Directory.CreateTempSubdirectory("vgpnn-frames-");
            for (int i = 0; i < frames.Files.Count; i++)
                File.CreateSymbolicLink(Path.Combine(_folder.FullName, $"{i + 1:D8}{extension}"), frames.Files[i]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_folder is not null) Dispose();
            throw MediaErrors.Scratch(e);
        }

        // In a pattern a percent sign is written twice.
        Pattern = Path.Combine(_folder.FullName.Replace("%", "%%", StringComparison.Ordinal), "%08d" + extension);
    }

    /// <summary>The links' names in ffmpeg's pattern language.</summary>
    public string Pattern { get; }

    /// <summary>Removes the links; the frames stay.</summary>
    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else has removed it; what went wrong before is the better news.
        }
    }
}
