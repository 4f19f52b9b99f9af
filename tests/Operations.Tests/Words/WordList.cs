using System.Text.RegularExpressions;
using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Words;

/// <summary>A phrase that texts do not use.</summary>
/// <param name="Expression">What finds it.</param>
/// <param name="Instead">What to write instead.</param>
internal sealed record BannedPhrase(Regex Expression, string Instead);

/// <summary>The sections of <c>banned-phrases.txt</c>.</summary>
internal sealed class WordList
{
    public const string File = $"{Folder}banned-phrases.txt";

    // The list and its tests contain the phrases.
    private const string Folder = "tests/Operations.Tests/Words/";

    private WordList(ILookup<string, string> sections)
    {
        Phrases = [.. sections["phrases"].Select(Parse)];
        Names = [.. sections["names"].Select(Parse)];
        NamesOnly = [.. sections["names only"]];
        NotConverted = [.. sections["not converted"]];
    }

    /// <summary>Phrases in texts.</summary>
    public IReadOnlyList<BannedPhrase> Phrases { get; }

    /// <summary>Names in code.</summary>
    public IReadOnlyList<BannedPhrase> Names { get; }

    /// <summary>Files and directories in which only names are checked.</summary>
    public IReadOnlyList<string> NamesOnly { get; }

    /// <summary>Files and directories that are not checked.</summary>
    public IReadOnlyList<string> NotConverted { get; }

    public static WordList Read()
    {
        string section = "";
        var lines = new List<(string Section, string Line)>();
        foreach (string line in System.IO.File.ReadLines(Repository.At(File.Split('/'))))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line is ['[', .. var name, ']'] && !name.Contains("=>", StringComparison.Ordinal)) section = name;
            else lines.Add((section, line));
        }

        return new WordList(lines.ToLookup(l => l.Section, l => l.Line));
    }

    /// <summary>The phrases that a file is checked for.</summary>
    /// <param name="path">The file's path in the repository, with slashes.</param>
    public IReadOnlyList<BannedPhrase> For(string path) =>
        path.StartsWith(Folder, StringComparison.Ordinal) || NotConverted.Any(p => Contains(p, path)) ? []
        : NamesOnly.Any(p => Contains(p, path)) ? Names
        : [.. Phrases, .. Names];

    /// <summary>Whether a file is a listed file, or lies in a listed directory.</summary>
    public static bool Contains(string listed, string path) => path == listed || path.StartsWith($"{listed}/", StringComparison.Ordinal);

    private static BannedPhrase Parse(string line)
    {
        string[] parts = line.Split(" => ", 2);
        bool cased = parts[0][0] == '=';
        string expression = cased ? parts[0][1..] : parts[0];

        // An expression with a look-around says itself where a word begins and ends.
        if (!expression.StartsWith("(?<", StringComparison.Ordinal)) expression = $@"(?<![\w-])(?:{expression})(?![\w-])";
        return new BannedPhrase(new Regex(expression, cased ? RegexOptions.None : RegexOptions.IgnoreCase, TimeSpan.FromSeconds(10)), parts[1]);
    }
}
