using System.Text.RegularExpressions;
using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Words;

/// <summary>Checks the texts of the repository against the list of banned phrases, which says where it does not apply yet.</summary>
public sealed partial class WordTests
{
    private static readonly string[] TextFiles = [".cs", ".csproj", ".css", ".html", ".js", ".json", ".md", ".props", ".proto", ".sh", ".sql", ".svg", ".txt", ".yaml", ".yml", ""];
    private static readonly string[] Skipped = [".build", ".git", ".vs", "artifacts", "bin", "node_modules", "obj", "TestResults", "vgpnn-data"];

    private static readonly WordList List = WordList.Read();

    [Fact]
    public void Texts_contain_no_banned_phrases()
    {
        string[] found = [.. Files(Repository.Root).SelectMany(path => Find(path, List.For(path)))];
        Assert.True(found.Length == 0, $"{found.Length} banned phrases; see {WordList.File}\n{string.Join('\n', found)}");
    }

    [Fact]
    public void Exceptions_exist_and_are_still_needed()
    {
        string[] files = [.. Files(Repository.Root)];
        BannedPhrase[] all = [.. List.Phrases, .. List.Names];
        foreach (string exception in List.NotConverted.Concat(List.NamesOnly))
            Assert.True(files.Any(f => WordList.Contains(exception, f) && Find(f, all).Any()), $"remove '{exception}' from the exceptions in {WordList.File}: it contains no banned phrases");
    }

    [Theory]
    [InlineData("a long turn waits", "long turn")]
    [InlineData("handbacks and along turns", null)]
    [InlineData("the job was handed back", "handed back")]
    [InlineData("public void What_cannot_be_compared_is_refused()", "void What_cannot_be_compared_is_refused")]
    [InlineData("/// <param name=\"cancellation\">Gives up.</param>", "Gives up.")]
    [InlineData("each node runs it", "each node")]
    public void Banned_phrases_are_found_as_whole_words(string text, string? expected)
    {
        string? found = List.Phrases.Concat(List.Names).Select(p => p.Expression.Match(text)).FirstOrDefault(m => m.Success)?.Value;
        Assert.Equal(expected, found);
    }

    private static IEnumerable<string> Find(string path, IReadOnlyList<BannedPhrase> phrases)
    {
        if (phrases.Count == 0) yield break;
        bool markdown = path.EndsWith(".md", StringComparison.Ordinal);
        int number = 0;
        foreach (string line in File.ReadLines(Repository.At(path.Split('/'))))
        {
            number++;
            string text = markdown ? Code().Replace(line, "``") : line;
            foreach (BannedPhrase phrase in phrases)
                if (phrase.Expression.Match(text) is { Success: true } match) yield return $"{path}:{number}: '{match.Value}'; use: {phrase.Instead}";
        }
    }

    private static IEnumerable<string> Files(string directory)
    {
        foreach (string child in Directory.EnumerateDirectories(directory))
            if (!Skipped.Contains(Path.GetFileName(child)))
                foreach (string path in Files(child)) yield return path;
        foreach (string file in Directory.EnumerateFiles(directory))
            if (TextFiles.Contains(Path.GetExtension(file))) yield return Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');
    }

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();
}
