using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Tests.Support;

namespace Vgpnn.Client.Tests.CommandLine;

public sealed class ShellTextTests
{
    [Fact]
    public void Safe_arguments_are_not_quoted() =>
        Assert.Equal("./vgpnn generate clip.mp4 --scale 0.8,1,1", ShellText.Join(["./vgpnn", "generate", "clip.mp4", "--scale", "0.8,1,1"]));

    [Fact]
    public async Task Shell_parses_quoted_arguments_to_the_originals()
    {
        string[] arguments = ["my clip.mp4", "it's", "$(date)", "`x`", "a\"b", "*", "~", "", "é", "#", "a\\b", "!x", "&;|<>"];
        using var place = new TemporaryDirectory();
        ProcessResult result = await ChildProcess.RunAsync("/bin/sh", ["-c", $"printf '%s\\n' {ShellText.Join(arguments)}"], place.Root);
        Assert.Equal(arguments, result.Output.TrimEnd('\n').Split('\n'));
    }
}
