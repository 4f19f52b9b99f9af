using System.Text.RegularExpressions;

namespace Vgpnn.Architecture.Tests;

/// <summary>How the source files are laid out.</summary>
public sealed partial class SourceTests
{
    private const int MostLines = 300, MostFiles = 14;

    private static readonly string Root = FindRoot();

    private static readonly string[] Files =
        [.. ((string[])["src", "tests", "benchmarks"]).SelectMany(f => Directory.EnumerateFiles(Path.Combine(Root, f), "*.cs", SearchOption.AllDirectories))
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Where(f => !f.Contains("/obj/") && !f.Contains("/bin/")).Order(StringComparer.Ordinal)];

    [Fact]
    public void Namespaces_follow_folders()
    {
        string[] wrong = [.. Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.Count(c => c == '/') > 1)
            .Select(f => (File: f, Found: Namespace().Match(File.ReadAllText(Path.Combine(Root, f))), Expected: "Vgpnn." + Path.GetDirectoryName(f)![4..].Replace('/', '.')))
            .Where(x => x.Found.Success && x.Found.Groups[1].Value != x.Expected)
            .Select(x => $"{x.File}: namespace {x.Found.Groups[1].Value}, not {x.Expected}")];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Source_files_can_be_read_in_one_sitting()
    {
        string[] wrong = [.. Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal)).Select(f => (File: f, Lines: File.ReadLines(Path.Combine(Root, f)).Count()))
            .Where(x => x.Lines > MostLines).Select(x => $"{x.File}: {x.Lines} lines")];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Folders_have_one_subject()
    {
        string[] wrong = [.. Files.Where(f => f.StartsWith("src/", StringComparison.Ordinal)).GroupBy(f => Path.GetDirectoryName(f)!)
            .Where(g => g.Count() > MostFiles).Select(g => $"{g.Key}: {g.Count()} files")];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Grains_do_not_leave_their_scheduler()
    {
        // ConfigureAwait(false) would continue outside the grain's turn.
        string[] wrong = [.. Files.Where(f => f.StartsWith("src/Grains/", StringComparison.Ordinal) && File.ReadAllText(Path.Combine(Root, f)).Contains("ConfigureAwait(false)", StringComparison.Ordinal))];
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
