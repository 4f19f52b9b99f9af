namespace Vgpnn.Client.Tests.Support;

/// <summary>An empty directory that is gone with everything in it after the test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("vgpnn-test-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Every file below, relative to the root, in order.</summary>
    public IReadOnlyList<string> Files =>
        [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
