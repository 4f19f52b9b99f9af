namespace Vgpnn.Media;

/// <summary>
/// Where a process that reads untrusted bytes stands, so that a relative name leads to nothing. Where no folder can be made, as on a machine that lets
/// nothing be written, it stands at the root of all folders.
/// </summary>
internal sealed class EmptyFolder : IDisposable
{
    /// <summary>The folder; null: none could be made.</summary>
    public string? Path { get; } = Make();

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (Path is not null) Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is in it, and somebody has taken it away.
        }
    }

    private static string? Make()
    {
        try
        {
            return Directory.CreateTempSubdirectory("vgpnn-").FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
