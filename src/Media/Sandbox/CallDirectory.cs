using System.Globalization;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media.Sandbox;

/// <summary>
/// The private directory of one read or write. ffmpeg sees files under the fixed names in it only, so that no name that a
/// user has chosen is ever part of a command. What the names lead to is listed in launcher.sh.
/// </summary>
internal sealed class CallDirectory : IDisposable
{
    private readonly string _path;

    private CallDirectory(string path) => _path = path;

    /// <summary>The empty directory in which programs run, so that a relative name leads to nothing.</summary>
    public string Work => this["work"];

    private string this[string name] => Path.Combine(_path, name);

    /// <summary>Creates a directory that only this process's user can enter.</summary>
    /// <exception cref="VgpnnException">Kind Device: the temporary directory cannot be written.</exception>
    public static CallDirectory Create()
    {
        CallDirectory? created = null;
        try
        {
            created = new CallDirectory(Directory.CreateTempSubdirectory("vgpnn-media-").FullName);
            Directory.CreateDirectory(created.Work);
            return created;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            created?.Dispose();
            throw MediaErrors.Scratch(e);
        }
    }

    /// <summary>Gives a file or directory a name in this directory; a name that is taken keeps its meaning.</summary>
    /// <exception cref="VgpnnException">Kind Device: the link cannot be written.</exception>
    public void Link(string name, string target) => Write(() =>
    {
        if (!Path.Exists(this[name])) File.CreateSymbolicLink(this[name], target);
    });

    /// <summary>Links files as <c>frames/00000001.EXTENSION</c> and so on, the form in which ffmpeg reads any files in any order.</summary>
    /// <exception cref="VgpnnException">Kind Device: the links cannot be written.</exception>
    public void LinkFrames(IReadOnlyList<string> files, string extension) => Write(() =>
    {
        Directory.CreateDirectory(this["frames"]);
        for (int i = 0; i < files.Count; i++)
            File.CreateSymbolicLink(Path.Combine(this["frames"], string.Create(CultureInfo.InvariantCulture, $"{i + 1:D8}{extension}")), files[i]);
    });

    /// <summary>Creates a named pipe, replacing one that an earlier call has left.</summary>
    /// <exception cref="VgpnnException">Kind Device: it cannot be created.</exception>
    public NamedPipe Pipe(string name)
    {
        NamedPipe? pipe = null;
        Write(() => pipe = new NamedPipe(this[name]));
        return pipe!;
    }

    /// <summary>Removes the directory; the files that links lead to stay.</summary>
    public void Dispose()
    {
        try
        {
            Directory.Delete(_path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else has removed it. An error that ended the call matters more.
        }
    }

    private static void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MediaErrors.Scratch(e);
        }
    }
}
