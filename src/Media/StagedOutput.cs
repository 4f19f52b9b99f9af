using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>
/// A place beside the target under a hidden name, where an output grows until it is whole and takes the target's place in
/// one step. Disposed of before that, it leaves nothing.
/// </summary>
internal abstract class StagedOutput : IDisposable
{
    private bool _committed;

    /// <exception cref="VgpnnException">Kind Device: it cannot be written there.</exception>
    protected StagedOutput(string target)
    {
        Target = System.IO.Path.TrimEndingDirectorySeparator(target);
        Folder = System.IO.Path.GetDirectoryName(Target) ?? throw MediaErrors.OutputInTheWay(target, "the root directory");
        Path = Hidden("part");
    }

    /// <summary>Where to write.</summary>
    public string Path { get; }

    /// <summary>Where the output will be, without a separator at its end.</summary>
    protected string Target { get; }

    private string Folder { get; }

    /// <summary>A file or a directory for PNG frames, created and empty.</summary>
    /// <exception cref="VgpnnException">Kind Device: it cannot be written there.</exception>
    public static StagedOutput Create(string target, ClipFormat format)
    {
        try
        {
            StagedOutput staged = format == ClipFormat.Png ? new StagedDirectory(target) : new StagedFile(target);
            if (!Directory.Exists(staged.Folder)) throw MediaErrors.OutputDirectoryMissing(target);
            staged.CheckTarget();
            staged.CreateEmpty();
            return staged;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Explain(target, e);
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
            throw Explain(Target, e);
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
            throw Explain(Target, e);
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
            // What went wrong before is the better news.
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

    private static VgpnnException Explain(string target, Exception e)
    {
        const int noSpace = 28, quotaExceeded = 122;
        return e switch
        {
            UnauthorizedAccessException => MediaErrors.OutputDenied(target, e),
            DirectoryNotFoundException => MediaErrors.OutputDirectoryMissing(target, e),
            { HResult: noSpace or quotaExceeded } => MediaErrors.DiskFull(target, e),
            _ => MediaErrors.OutputFailed(target, PrintableText.Of(e.Message), e),
        };
    }
}
