namespace Vgpnn.Media.Writing;

/// <summary>An output that is one file.</summary>
internal sealed class StagedFile(string name, string target) : StagedOutput(name, target)
{
    /// <inheritdoc/>
    protected override void CheckTarget()
    {
        if (Directory.Exists(Target)) throw MediaErrors.OutputInTheWay(Name, "a directory");
    }

    /// <inheritdoc/>
    protected override void CreateEmpty() => File.Create(Path).Dispose();

    /// <inheritdoc/>
    protected override void Replace()
    {
        // Written to the disk before it gets its name: after a power failure there is the old file or the new one.
        using (FileStream file = File.Open(Path, FileMode.Open, FileAccess.ReadWrite)) file.Flush(flushToDisk: true);
        File.Move(Path, Target, overwrite: true);
    }

    /// <inheritdoc/>
    protected override void Remove() => File.Delete(Path);
}
