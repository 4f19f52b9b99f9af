using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Commands;
using Vgpnn.Client.Tests.Support;

namespace Vgpnn.Client.Tests.CommandLine;

public sealed class HelpTests
{
    [Theory]
    [InlineData("generate")]
    [InlineData("retarget")]
    [InlineData("analogy")]
    [InlineData("sketch")]
    [InlineData("inpaint")]
    [InlineData("repeat")]
    [InlineData("evaluate")]
    [InlineData("devices")]
    [InlineData("bench")]
    [InlineData("demo")]
    [InlineData("doctor")]
    public async Task Help_of_every_command_describes_all_options_and_ends_with_examples(string name)
    {
        using var place = new TemporaryDirectory();
        ProcessResult help = await VgpnnProgram.SucceedAsync(place.Root, name, "--help");
        Command command = VgpnnCommand.Create().Subcommands.Single(c => c.Name == name);
        string flat = string.Join(' ', help.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (Option option in command.Options)
        {
            var setting = (ISetting)option;
            if (setting.IsAdvanced) continue;
            Assert.Contains(option.Name, help.Output, StringComparison.Ordinal);
            Assert.Contains(option.Description!.TrimEnd('.'), flat, StringComparison.Ordinal);
            if (setting.Allowed.Length > 0) Assert.Contains($"default {setting.Default})", flat, StringComparison.Ordinal);
        }

        Assert.All(help.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        Assert.Contains("\nExamples\n", help.Output, StringComparison.Ordinal);
        Assert.Empty(help.Error);
    }

    [Theory]
    [InlineData("generate")]
    [InlineData("sketch")]
    public async Task Verification_options_are_listed_by_advanced_help_only(string name)
    {
        using var place = new TemporaryDirectory();
        string help = (await VgpnnProgram.SucceedAsync(place.Root, name, "--help")).Output;
        string more = (await VgpnnProgram.SucceedAsync(place.Root, name, "--help", "--advanced")).Output;
        foreach (string option in (string[])["--engine fast|float", "--search patchmatch|jumpflood|exhaustive"])
        {
            Assert.DoesNotContain(option, help, StringComparison.Ordinal);
            Assert.Contains(option, more, StringComparison.Ordinal);
        }

        Assert.Contains("--advanced", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_without_arguments_lists_commands_and_returns_the_usage_exit_code()
    {
        using var place = new TemporaryDirectory();
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root);
        Assert.Equal(2, result.ExitCode);
        Assert.All(VgpnnCommand.Create().Subcommands, c => Assert.Contains($"  {c.Name} ", result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_is_printed_as_one_line()
    {
        using var place = new TemporaryDirectory();
        ProcessResult result = await VgpnnProgram.SucceedAsync(place.Root, "--version");
        Assert.Matches(@"^vgpnn \d+\.\d+\.\d+\n$", result.Output);
    }

    [Fact]
    public async Task Devices_are_listed_as_table_and_as_json()
    {
        using var place = new TemporaryDirectory();
        ProcessResult table = await VgpnnProgram.SucceedAsync(place.Root, "devices");
        Assert.Contains("cpu", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e", table.Output, StringComparison.Ordinal);
        ProcessResult json = await VgpnnProgram.SucceedAsync(place.Root, "devices", "--json");
        Assert.Equal("cpu", VgpnnProgram.Lines(json.Output)[0].GetProperty("name").GetString());
    }
}
