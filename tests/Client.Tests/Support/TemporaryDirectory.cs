namespace Vgpnn.Client.Tests.Support;

/// <summary>A temporary directory that is deleted after the test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("vgpnn-test-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    /// <summary>All files, as sorted paths relative to the root.</summary>
    public IReadOnlyList<string> Files =>
        [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
