using System.Text.RegularExpressions;

namespace Vgpnn.Architecture.Tests;

/// <summary>How the source files are laid out.</summary>
public sealed partial class SourceTests
{
    /// <summary>Most lines of a source file.</summary>
    public const int MostLines = 300;

    /// <summary>Most source files of a folder.</summary>
    public const int MostFiles = 14;

    private static readonly string Root = FindRoot();

    private static readonly string[] Sources =
        [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Where(f => !f.Contains("/obj/") && !f.Contains("/bin/")).Order(StringComparer.Ordinal)];

    [Fact]
    public void Namespaces_follow_folders()
    {
        string[] wrong = [.. Sources.Where(f => f.Count(c => c == '/') > 1)
            .Select(f => (File: f, Found: Namespace().Match(File.ReadAllText(Path.Combine(Root, f))), Expected: "Vgpnn." + Path.GetDirectoryName(f)![4..].Replace('/', '.')))
            .Where(x => x.Found.Success && x.Found.Groups[1].Value != x.Expected)
            .Select(x => $"{x.File}: namespace {x.Found.Groups[1].Value}, not {x.Expected}")];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Source_files_can_be_read_in_one_sitting()
    {
        Dictionary<string, int> lines = Sources.ToDictionary(f => f, f => File.ReadLines(Path.Combine(Root, f)).Count());
        IReadOnlyList<string> wrong = Known.Compare(lines, MostLines, Known.Lines);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Folders_have_one_subject()
    {
        Dictionary<string, int> files = Sources.GroupBy(f => Path.GetDirectoryName(f)!.Replace('\\', '/')).ToDictionary(g => g.Key, g => g.Count());
        IReadOnlyList<string> wrong = Known.Compare(files, MostFiles, Known.Files);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Grains_do_not_leave_their_scheduler()
    {
        // ConfigureAwait(false) would continue outside the grain's turn. The blob stores are a library: workers and API calls use them too, and
        // what they await touches no state of a grain. A grain that awaits them still continues in its turn.
        string[] wrong = [.. Sources.Where(f => f.StartsWith("src/Grains/", StringComparison.Ordinal) && !f.StartsWith("src/Grains/Storage/Blobs/", StringComparison.Ordinal))
            .Where(f => File.ReadAllText(Path.Combine(Root, f)).Contains("ConfigureAwait(false)", StringComparison.Ordinal))];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    private static string FindRoot()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Vgpnn.sln"))) root = root.Parent;
        return root!.FullName;
    }

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
