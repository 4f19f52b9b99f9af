using System.Text.RegularExpressions;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media.Frames;

/// <summary>Looks at an input's path and first bytes, on the caller's thread, before any process is started.</summary>
internal static partial class InputFile
{
    /// <summary>The absolute path of an input that exists, and whether it is a directory.</summary>
    /// <param name="name">The input in messages.</param>
    /// <param name="path">The input.</param>
    /// <exception cref="VgpnnException">Kind Input: nothing there.</exception>
    public static (string Path, bool IsDirectory) Locate(string name, string path)
    {
        if (path.Length == 0 || path.Contains('\0')) throw MediaErrors.Missing(name);
        string full = Path.GetFullPath(path);
        try
        {
            return (full, Directory.Exists(full) || File.GetAttributes(full).HasFlag(FileAttributes.Directory));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Address().IsMatch(path) ? MediaErrors.Url(name) : MediaErrors.Missing(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MediaErrors.Unreadable(name, e);
        }
    }

    /// <summary>What a file is by its first bytes.</summary>
    /// <param name="name">The file in messages.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="VgpnnException">Kind Input: empty, or not readable.</exception>
    public static FileKind Identify(string name, string path)
    {
        try
        {
            // Pipes and devices have no length. They must not even be opened: that could wait for ever.
            if (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) path = target.FullName;
            if (new FileInfo(path).Length == 0) throw MediaErrors.Empty(name);
            using FileStream stream = File.OpenRead(path);
            Span<byte> head = stackalloc byte[MagicBytes.Length];
            return MagicBytes.Identify(head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)]);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw MediaErrors.Missing(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MediaErrors.Unreadable(name, e);
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9+.-]*:", RegexOptions.IgnoreCase)]
    private static partial Regex Address();
}
