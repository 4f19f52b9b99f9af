using System.Text.Json;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Commands;
using Vgpnn.Client.Tests.Support;

namespace Vgpnn.Client.Tests.CommandLine;

public sealed class UsageErrorTests
{
    [Theory]
    [InlineData("genrate clip.mp4", "unknown command 'genrate'", "did you mean 'generate'?")]
    [InlineData("--bogus", "unknown option '--bogus'", "see vgpnn --help")]
    [InlineData("generate", "the input is missing", "use vgpnn generate clip.mp4")]
    [InlineData("retarget a b", "unexpected argument 'b'", "remove it, or quote names that contain spaces")]
    [InlineData("generate a --input b", "two inputs were given, 'a' and 'b'", "use INPUT or --input, not both")]
    [InlineData("generate a --sampels 3", "unknown option '--sampels'", "did you mean '--samples'?")]
    [InlineData("generate a -x", "unknown option '-x'", null)]
    [InlineData("generate a --samples", "--samples needs a value: an integer from 1 to 10000", null)]
    [InlineData("generate a --output -n 3", "--output needs a value: a path", null)]
    [InlineData("generate a -n 0", "--samples is '0', but must be an integer from 1 to 10000", null)]
    [InlineData("generate a -n 10001", "--samples is '10001', but must be an integer from 1 to 10000", null)]
    [InlineData("generate a -n many", "--samples is 'many', but must be an integer from 1 to 10000", null)]
    [InlineData("generate a -n 1 -n 2", "--samples was given 2 times", "give it once")]
    [InlineData("generate a --seed -1", "--seed is '-1', but must be an integer from 0 to 9007199254740991", null)]
    [InlineData("generate a --frames 10..3", "--frames is '10..3', but must be two frame numbers from 1 such as 3..10, the second one larger", null)]
    [InlineData("generate a --num-samples 3", "unknown option '--num-samples'", null)]
    [InlineData("generate a --advanced", "unknown option '--advanced'", null)]
    [InlineData("generate a --max-height 7", "--max-height is '7', but must be an integer from 8 to 4,320", null)]
    [InlineData("generate a --fps 0", "--fps is '0', but must be a number or a fraction from 0.1 to 1,000, such as 25, 29.97 or 30000/1001", null)]
    [InlineData("generate a --scale 1,1", "--scale is '1,1', but must be T,H,W, each a number from 0.1 to 4, such as 0.8,1,1", null)]
    [InlineData("generate a --downscale 0.8", "--downscale is '0.8', but must be T,S, each a number from 0.1 to 1, such as 0.87,0.82", null)]
    [InlineData("generate a --min-size 0,15", "--min-size is '0,15', but must be T,S, each an integer from 1 to 10,000, such as 3,15", null)]
    [InlineData("generate a --patch 3,7,99", "--patch is '3,7,99', but must be T,H,W, each an integer from 1 to 15, such as 3,7,7", null)]
    [InlineData("generate a --iterations 101", "--iterations is '101', but must be an integer from 1 to 100", null)]
    [InlineData("generate a --noise loud", "--noise is 'loud', but must be a number from 0 to 1,000, or auto", null)]
    [InlineData("generate a --noise-time never", "--noise-time is 'never', but must be replicated or independent", null)]
    [InlineData("generate a --vote best", "--vote is 'best', but must be median, mean or gaussian", null)]
    [InlineData("generate a --search brute", "--search is 'brute', but must be patchmatch, jumpflood or exhaustive", null)]
    [InlineData("generate a --engine steam", "--engine is 'steam', but must be fast or float", null)]
    [InlineData("generate a --device tpu", "--device is 'tpu', but must be auto, cpu, gpu, or a GPU by its index such as gpu:1", null)]
    [InlineData("generate a --threads 0", "--threads is '0', but must be an integer from 1 to 256", null)]
    [InlineData("generate a --max-memory lots", "--max-memory is 'lots', but must be a size such as 800M, 2G or 1.5GiB", null)]
    [InlineData("generate a --format avi", "--format is 'avi', but must be mp4, gif, webm or png", null)]
    [InlineData("generate a -o out.mp4", "--output is 'out.mp4', but must be a directory", "use -o out --format mp4")]
    [InlineData("generate a --overwrite=yes", "--overwrite takes no value, but was given 'yes'", null)]
    [InlineData("repeat", "MANIFEST is missing: the manifest.json of a run, or its directory", null)]
    [InlineData("repeat m --sample -1", "--sample is '-1', but must be an integer from 0 to 9999", null)]
    [InlineData("devices all", "unexpected argument 'all'", "remove it, or quote names that contain spaces")]
    public async Task Invalid_usage_is_reported_with_a_hint(string arguments, string message, string? hint)
    {
        using var place = new TemporaryDirectory();
        string[] words = arguments.Split(' ');
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root, words);
        string command = words[0].StartsWith('-') ? "vgpnn" : $"vgpnn {words[0]}";
        Assert.Equal($"vgpnn: {message}\nhint: {hint ?? $"see {command} --help"}\n", result.Error);
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Empty(place.Files);
    }

    [Fact]
    public async Task Unknown_command_lists_all_commands()
    {
        using var place = new TemporaryDirectory();
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root, "train");
        string commands = Names.Either([.. VgpnnCommand.Create().Subcommands.Select(c => c.Name)]);
        Assert.Equal($"vgpnn: unknown command 'train'\nhint: use {commands}\n", result.Error);
    }

    [Fact]
    public async Task Json_mode_writes_errors_as_an_object_to_stdout()
    {
        using var place = new TemporaryDirectory();
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root, "generate", "a", "--json", "--vote", "it's");
        JsonElement error = VgpnnProgram.Lines(result.Output).Single();
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Error);
        Assert.Equal("error", error.Type());
        Assert.Equal("bad-value", error.GetProperty("code").GetString());
        Assert.Equal("--vote is 'it's', but must be median, mean or gaussian", error.GetProperty("message").GetString());
        Assert.Equal("see vgpnn generate --help", error.GetProperty("hint").GetString());
    }

    [Fact]
    public async Task File_name_in_place_of_a_command_suggests_generate()
    {
        using var place = new TemporaryDirectory();
        await File.WriteAllTextAsync(place["my clip.mp4"], "");
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root, "my clip.mp4", "-n", "4");
        Assert.Equal("vgpnn: unknown command 'my clip.mp4'\nhint: to use the file, run vgpnn generate 'my clip.mp4'\n", result.Error);
    }

    [Fact]
    public async Task File_name_with_leading_dash_is_accepted_after_two_dashes()
    {
        using var place = new TemporaryDirectory();
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root, "generate", "--", "--odd.mp4");
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("--odd.mp4", result.Error, StringComparison.Ordinal);
    }
}
