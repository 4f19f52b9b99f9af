using System.Text.RegularExpressions;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Kernels.Networks;
using Vgpnn.Testing;

namespace Vgpnn.Client.Tests;

/// <summary>What the README tells people to type works, in the order in which it tells them.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task Every_command_of_the_readme_runs()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Vgpnn.sln"))) root = root.Parent;
        string[] commands = [.. Command().Matches(await File.ReadAllTextAsync(Path.Combine(root!.FullName, "README.md"))).Select(m => m.Groups[1].Value)];
        Assert.Contains("generate clip.mp4 -n 4", commands);

        using var place = new TemporaryDirectory();
        await TestClip.MakeAsync(place, moving: true);
        await TestClip.MakeAsync(place, "other.mp4", moving: true);
        await TestClip.MakeAsync(place, "painted.mp4");
        await TestClip.MakeAsync(place, "strokes.mp4");
        await TestClip.MakeMaskAsync(place, "mask.png");
        Directory.CreateDirectory(place["clips"]);
        foreach (string name in (string[])["clip.mp4", "other.mp4"]) File.Copy(place[name], place[$"clips/{name}"]);
        await File.WriteAllBytesAsync(place["raft-small.pth"], WeightFiles.Torch(WeightFiles.Raft(small: true)));
        await File.WriteAllBytesAsync(place["c3d.pickle"], WeightFiles.TorchLegacy(WeightFiles.C3d(C3dLayer.Conv1)));
        Directory.CreateSymbolicLink(place["samples"], Path.Combine(root.FullName, "samples"));
        foreach (string command in commands)
        {
            // How the picture was made is only planned here: it takes most of a minute.
            string[] arguments = command.Split(' ');
            await VgpnnProgram.SucceedAsync(place.Root, command.Contains(" samples/") ? [.. arguments, "--dry-run"] : arguments);
        }
    }

    // Lines of code blocks and code in running text that begin with a verb and its input, or are a verb that needs none.
    // `demo` and `bench` have tests of their own, which do not take a minute.
    [GeneratedRegex(@"^(?:\./vgpnn )((?:generate|retarget|analogy|sketch|inpaint) [^\n`]*)$|(?<=`(?:\./vgpnn )?)(?<1>(?:generate|retarget|analogy|sketch|inpaint|inspect|repeat|evaluate) [^`\n]+|devices)(?=`)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
