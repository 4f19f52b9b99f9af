using System.Text.RegularExpressions;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Kernels.Networks;
using Vgpnn.Testing;

namespace Vgpnn.Client.Tests;

/// <summary>
/// Runs the commands of README, tutorials and guides in the order of each document, in a separate directory. Commands are the lines
/// of code blocks marked <c>sh</c>, and code in tables and sentences that starts with <c>./vgpnn</c>. Api.Tests runs those that need a server.
/// </summary>
public sealed partial class DocumentTests
{
    private static readonly string Root = FindRoot();

    // Commands that readers ran before a document.
    private static readonly Dictionary<string, string> Before = new()
    {
        ["docs/guides/evaluate.md"] = "generate clip.mp4 -n 2",
    };

    public static TheoryData<string> Documents => [.. Names()];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Commands_of_a_document_succeed(string document)
    {
        using var place = new TemporaryDirectory();
        await MakeInputsAsync(place);
        if (Before.TryGetValue(document, out string? before)) await VgpnnProgram.SucceedAsync(place.Root, before.Split(' '));
        foreach (string command in Commands(document))
        {
            // Runs with example clips take about a minute, so they are only planned.
            string[] arguments = command.Split(' ');
            await VgpnnProgram.SucceedAsync(place.Root, command.Contains(" samples/", StringComparison.Ordinal) ? [.. arguments, "--dry-run"] : arguments);
        }
    }

    [Fact]
    public void Documents_show_every_verb_that_makes_samples()
    {
        string[] verbs = [.. Names().SelectMany(Commands).Select(c => c.Split(' ')[0])];
        foreach (string verb in (string[])["generate", "retarget", "analogy", "sketch", "inpaint", "repeat", "evaluate", "batch"]) Assert.Contains(verb, verbs);
    }

    private static async Task MakeInputsAsync(TemporaryDirectory place)
    {
        await TestClip.MakeAsync(place, moving: true);
        await TestClip.MakeAsync(place, "other.mp4", moving: true);
        await TestClip.MakeAsync(place, "painted.mp4");
        await TestClip.MakeAsync(place, "strokes.mp4");
        await TestClip.MakeMaskAsync(place, "mask.png");
        Directory.CreateDirectory(place["clips"]);
        foreach (string name in (string[])["clip.mp4", "other.mp4"]) File.Copy(place[name], place[$"clips/{name}"]);
        await File.WriteAllBytesAsync(place["raft-small.pth"], WeightFiles.Torch(WeightFiles.Raft(small: true)));
        await File.WriteAllBytesAsync(place["c3d.pickle"], WeightFiles.TorchLegacy(WeightFiles.C3d(C3dLayer.Conv1)));
        await File.WriteAllTextAsync(place["trial.jsonl"], "{\"input\": \"clip.mp4\", \"samples\": 2, \"seed\": 1}\n");
        await File.WriteAllTextAsync(place["requests.jsonl"], "{\"input\": \"clip.mp4\", \"samples\": 2, \"settings\": {\"noise\": 3}}\n");
        Directory.CreateSymbolicLink(place["samples"], Path.Combine(Root, "samples"));
    }

    private static IEnumerable<string> Names() => ((string[])["docs/guides", "docs/tutorials"])
        .SelectMany(f => Directory.EnumerateFiles(Path.Combine(Root, f), "*.md").Select(p => $"{f}/{Path.GetFileName(p)}"))
        .Append("README.md").Where(d => Commands(d).Count > 0).Order(StringComparer.Ordinal);

    private static List<string> Commands(string document)
    {
        string text = File.ReadAllText(Path.Combine(Root, document));
        var commands = new List<string>();
        string? block = null;
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                block = block is null ? line[3..] : null;
                continue;
            }

            IEnumerable<string> found = block is null ? Inline().Matches(line).Select(m => m.Groups[1].Value)
                : block == "sh" && line.StartsWith("./vgpnn ", StringComparison.Ordinal) ? [line["./vgpnn ".Length..]] : [];
            commands.AddRange(found.Where(c => !commands.Contains(c) && !ForServer().IsMatch(c)));
        }

        return commands;
    }

    private static string FindRoot()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Vgpnn.sln"))) root = root.Parent;
        return root!.FullName;
    }

    // 'demo' has its own test.
    [GeneratedRegex(@"`\./vgpnn ([a-z]+ [^`]*|devices)`")]
    private static partial Regex Inline();

    [GeneratedRegex("^(demo|serve|submit|status|wait|download|cancel|tenant|nodes|doctor|bench|COMMAND)\\b|--server|--help|COMMAND")]
    private static partial Regex ForServer();
}
