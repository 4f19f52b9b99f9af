using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Tests.Support;

namespace Vgpnn.Client.Tests.CommandLine;

public sealed class ShellTextTests
{
    [Fact]
    public void Plain_arguments_stay_as_they_are() =>
        Assert.Equal("./vgpnn generate clip.mp4 --scale 0.8,1,1", ShellText.Join(["./vgpnn", "generate", "clip.mp4", "--scale", "0.8,1,1"]));

    [Fact]
    public async Task A_shell_reads_back_every_argument()
    {
        string[] arguments = ["my clip.mp4", "it's", "$(date)", "`x`", "a\"b", "*", "~", "", "é", "#", "a\\b", "!x", "&;|<>"];
        using var place = new TemporaryDirectory();
        ProcessResult result = await ChildProcess.RunAsync("/bin/sh", ["-c", $"printf '%s\\n' {ShellText.Join(arguments)}"], place.Root);
        Assert.Equal(arguments, result.Output.TrimEnd('\n').Split('\n'));
    }
}
