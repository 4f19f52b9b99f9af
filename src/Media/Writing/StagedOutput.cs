using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media.Writing;

/// <summary>
/// A hidden file or directory next to the target, which is filled and then takes the target's place in one step. Disposed
/// before that, it is removed.
/// </summary>
internal abstract class StagedOutput : IDisposable
{
    private bool _committed;

    /// <exception cref="VgpnnException">Kind Device: it cannot be written there.</exception>
    protected StagedOutput(string name, string target)
    {
        Name = name;
        Target = System.IO.Path.TrimEndingDirectorySeparator(target);
        Folder = System.IO.Path.GetDirectoryName(Target) ?? throw MediaErrors.OutputInTheWay(name, "the root directory");
        Path = Hidden("part");
    }

    /// <summary>The target as the caller named it, for messages.</summary>
    protected string Name { get; }

    /// <summary>Where to write.</summary>
    public string Path { get; }

    /// <summary>Where the output will be, without a separator at its end.</summary>
    protected string Target { get; }

    private string Folder { get; }

    /// <summary>Creates an empty file, or for PNG an empty directory.</summary>
    /// <exception cref="VgpnnException">Kind Device: it cannot be written there.</exception>
    public static StagedOutput Create(string name, string target, ClipFormat format)
    {
        try
        {
            StagedOutput staged = format == ClipFormat.Png ? new StagedDirectory(name, target) : new StagedFile(name, target);
            if (!Directory.Exists(staged.Folder)) throw MediaErrors.OutputDirectoryMissing(name);
            staged.CheckTarget();
            staged.CreateEmpty();
            return staged;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Explain(name, e);
        }
    }

    /// <summary>Fills the output, given its temporary path.</summary>
    /// <exception cref="VgpnnException">Kind Device: no permission, no space.</exception>
    public void Fill(Action<string> write)
    {
        try
        {
            write(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Explain(Name, e);
        }
    }

    /// <summary>Puts the output in its place.</summary>
    /// <exception cref="VgpnnException">Kind Device: that failed; what was there before is there again.</exception>
    public void Commit()
    {
        try
        {
            Replace();
            _committed = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Explain(Name, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_committed) return;
        try
        {
            Remove();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An error that ended the write matters more.
        }
    }

    /// <summary>A fresh name in the target's folder.</summary>
    protected string Hidden(string purpose) => System.IO.Path.Combine(Folder, $".vgpnn-{Guid.NewGuid():N}.{purpose}");

    /// <summary>Refuses a target that must not be replaced.</summary>
    protected abstract void CheckTarget();

    /// <summary>Creates what is to be filled.</summary>
    protected abstract void CreateEmpty();

    /// <summary>Moves it to the target.</summary>
    protected abstract void Replace();

    /// <summary>Removes it, if it is there.</summary>
    protected abstract void Remove();

    private static VgpnnException Explain(string name, Exception e)
    {
        const int noSpace = 28, quotaExceeded = 122;
        return e switch
        {
            UnauthorizedAccessException => MediaErrors.OutputDenied(name, e),
            DirectoryNotFoundException => MediaErrors.OutputDirectoryMissing(name, e),
            { HResult: noSpace or quotaExceeded } => MediaErrors.DiskFull(name, e),
            _ => MediaErrors.OutputFailed(name, PrintableText.Of(e.Message), e),
        };
    }
}
