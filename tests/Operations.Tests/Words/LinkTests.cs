using System.Text.RegularExpressions;
using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Words;

/// <summary>Documents name files and sections that exist.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Documents =>
        [.. Pages().Select(f => $"docs/{f}").Concat(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "k8s/README.md"]).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_to_files_and_sections_that_exist(string document)
    {
        string folder = Path.GetDirectoryName(Repository.At(document.Split('/')))!;
        foreach (Match link in Link().Matches(File.ReadAllText(Repository.At(document.Split('/')))))
        {
            string target = link.Groups[1].Value;
            if (target.Contains("://", StringComparison.Ordinal)) continue;
            string[] parts = target.Split('#', 2);
            string path = parts[0].Length == 0 ? Repository.At(document.Split('/')) : Path.GetFullPath(Path.Combine(folder, parts[0]));
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{document}: {target} does not exist");
            if (parts.Length == 2) Assert.True(Sections(path).Contains(parts[1]), $"{document}: {parts[0]} has no section '{parts[1]}'");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Source_files_that_a_document_names_exist(string document)
    {
        foreach (Match name in SourceFile().Matches(File.ReadAllText(Repository.At(document.Split('/')))))
            Assert.True(Path.Exists(Repository.At(name.Value.Trim('`').Split('/'))), $"{document}: {name.Value} does not exist");
    }

    [Fact]
    public void Index_lists_all_documents()
    {
        string index = File.ReadAllText(Repository.At("docs", "README.md"));
        foreach (string file in Pages().Where(f => f != "README.md"))
            Assert.Contains($"({file})", index, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Pages() => Directory.EnumerateFiles(Repository.At("docs"), "*.md", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Repository.At("docs"), f).Replace('\\', '/'));

    private static IEnumerable<string> Sections(string path) => Heading().Matches(File.ReadAllText(path))
        .Select(h => NotInAnchor().Replace(h.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(src|tests|k8s|scripts|benchmarks)/[\w./-]+`")]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"(?m)^#+ (.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
