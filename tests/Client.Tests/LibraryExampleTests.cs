using System.Text.RegularExpressions;
using Vgpnn.Client.Tests.Support;

namespace Vgpnn.Client.Tests;

/// <summary>The example of the library runs, and the guide shows its code.</summary>
public sealed partial class LibraryExampleTests
{
    [Fact]
    public async Task Example_makes_a_sample()
    {
        using var place = new TemporaryDirectory();
        await TestClip.MakeAsync(place, moving: true);
        ProcessResult result = await ChildProcess.RunAsync(
            VgpnnProgram.Host, [Path.Combine(AppContext.BaseDirectory, "library-example.dll"), "clip.mp4", "sample.mp4"], place.Root);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("sample.mp4: 6 frames of 48×32", result.Output, StringComparison.Ordinal);
        Assert.True(new FileInfo(place["sample.mp4"]).Length > 0);
    }

    [Fact]
    public async Task Guide_shows_the_code_of_the_example()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Vgpnn.sln"))) root = root.Parent;
        string guide = await File.ReadAllTextAsync(Path.Combine(root!.FullName, "docs", "guides", "library.md"));
        string program = await File.ReadAllTextAsync(Path.Combine(root.FullName, "examples", "Library", "Program.cs"));
        Assert.Contains(Code().Match(guide).Groups[1].Value, program, StringComparison.Ordinal);
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();
}
