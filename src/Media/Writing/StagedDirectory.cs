namespace Vgpnn.Media.Writing;

/// <summary>An output that is a directory of PNG frames.</summary>
internal sealed class StagedDirectory(string name, string target) : StagedOutput(name, target)
{
    /// <inheritdoc/>
    protected override void CheckTarget()
    {
        if (File.Exists(Target)) throw MediaErrors.OutputInTheWay(Name, "a file");

        // Replacing a directory deletes what is in it: only frames written before may be lost that way.
        if (Directory.Exists(Target) && Directory.EnumerateFileSystemEntries(Target).Any(e => !IsFrame(e)))
            throw MediaErrors.OutputInTheWay(Name, "a directory with other files than PNG frames");
    }

    /// <inheritdoc/>
    protected override void CreateEmpty() => Directory.CreateDirectory(Path);

    /// <inheritdoc/>
    protected override void Replace()
    {
        CheckTarget();
        if (!Directory.Exists(Target))
        {
            Directory.Move(Path, Target);
            return;
        }

        // A directory cannot be renamed over another: the old one steps aside, and comes back if the new one fails to follow.
        string aside = Hidden("old");
        Directory.Move(Target, aside);
        try
        {
            Directory.Move(Path, Target);
        }
        catch
        {
            Directory.Move(aside, Target);
            throw;
        }

        Directory.Delete(aside, recursive: true);
    }

    /// <inheritdoc/>
    protected override void Remove()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }

    private static bool IsFrame(string path) =>
        File.Exists(path) && System.IO.Path.GetExtension(path) == ".png"
        && System.IO.Path.GetFileNameWithoutExtension(path).All(char.IsAsciiDigit);
}
