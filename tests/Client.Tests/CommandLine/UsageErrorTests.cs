using System.Text.Json;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Commands;
using Vgpnn.Client.Tests.Support;

namespace Vgpnn.Client.Tests.CommandLine;

public sealed class UsageErrorTests
{
    [Theory]
    [InlineData("genrate clip.mp4", "there is no command 'genrate'", "did you mean 'generate'?")]
    [InlineData("--bogus", "there is no option '--bogus'", "vgpnn --help lists every option")]
    [InlineData("generate", "there is no input", "vgpnn generate clip.mp4")]
    [InlineData("retarget a b", "'b' is one argument too many", "quote names that hold spaces")]
    [InlineData("generate a --input b", "there are two inputs, 'a' and 'b'", "give INPUT or --input, not both")]
    [InlineData("generate a --sampels 3", "there is no option '--sampels'", "did you mean '--samples'?")]
    [InlineData("generate a -x", "there is no option '-x'", null)]
    [InlineData("generate a --samples", "--samples needs a value: a whole number from 1 to 10000", null)]
    [InlineData("generate a --output -n 3", "--output needs a value: a path", null)]
    [InlineData("generate a -n 0", "--samples is '0', but must be a whole number from 1 to 10000", null)]
    [InlineData("generate a -n 10001", "--samples is '10001', but must be a whole number from 1 to 10000", null)]
    [InlineData("generate a -n many", "--samples is 'many', but must be a whole number from 1 to 10000", null)]
    [InlineData("generate a -n 1 -n 2", "--samples is given 2 times", "give it once")]
    [InlineData("generate a --seed -1", "--seed is '-1', but must be a whole number from 0 to 9007199254740991", null)]
    [InlineData("generate a --frames 10..3", "--frames is '10..3', but must be two frame numbers from 1 such as 3..10, the second one larger", null)]
    [InlineData("generate a --num-samples 3", "there is no option '--num-samples'", null)]
    [InlineData("generate a --advanced", "there is no option '--advanced'", null)]
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
    [InlineData("generate a --device tpu", "--device is 'tpu', but must be auto, cpu, gpu, or one of several devices such as gpu:1", null)]
    [InlineData("generate a --threads 0", "--threads is '0', but must be a whole number from 1 to 256", null)]
    [InlineData("generate a --max-memory lots", "--max-memory is 'lots', but must be an amount of memory such as 800M, 2G or 1.5GiB", null)]
    [InlineData("generate a --format avi", "--format is 'avi', but must be mp4, gif, webm or png", null)]
    [InlineData("generate a -o out.mp4", "--output is 'out.mp4', but must be a directory", "-o out --format mp4")]
    [InlineData("generate a --overwrite=yes", "--overwrite takes no value, but was given 'yes'", null)]
    [InlineData("repeat", "MANIFEST is missing: the manifest.json of a run, or the directory that holds it", null)]
    [InlineData("repeat m --sample -1", "--sample is '-1', but must be a whole number from 0 to 9999", null)]
    [InlineData("devices all", "'all' is one argument too many", "quote names that hold spaces")]
    public async Task Bad_usage_is_one_sentence_and_a_hint(string arguments, string message, string? hint)
    {
        using var place = new TemporaryDirectory();
        string[] words = arguments.Split(' ');
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root, words);
        string command = words[0].StartsWith('-') ? "vgpnn" : $"vgpnn {words[0]}";
        Assert.Equal($"vgpnn: {message}\nhint: {hint ?? $"{command} --help lists every option"}\n", result.Error);
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Empty(place.Files);
    }

    [Fact]
    public async Task A_command_like_no_other_leads_to_the_list()
    {
        using var place = new TemporaryDirectory();
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root, "train");
        string commands = Names.Either([.. VgpnnCommand.Create().Subcommands.Select(c => c.Name)]);
        Assert.Equal($"vgpnn: there is no command 'train'\nhint: the commands are {commands}\n", result.Error);
    }

    [Fact]
    public async Task With_json_the_error_is_one_object_on_standard_output()
    {
        using var place = new TemporaryDirectory();
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root, "generate", "a", "--json", "--vote", "it's");
        JsonElement error = VgpnnProgram.Lines(result.Output).Single();
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Error);
        Assert.Equal("error", error.Type());
        Assert.Equal("bad-value", error.GetProperty("code").GetString());
        Assert.Equal("--vote is 'it's', but must be median, mean or gaussian", error.GetProperty("message").GetString());
        Assert.Equal("vgpnn generate --help lists every option", error.GetProperty("hint").GetString());
    }

    [Fact]
    public async Task A_file_in_the_place_of_a_command_leads_to_generate()
    {
        using var place = new TemporaryDirectory();
        await File.WriteAllTextAsync(place["my clip.mp4"], "");
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root, "my clip.mp4", "-n", "4");
        Assert.Equal("vgpnn: there is no command 'my clip.mp4'\nhint: vgpnn generate 'my clip.mp4'\n", result.Error);
    }

    [Fact]
    public async Task A_name_that_looks_like_an_option_follows_two_dashes()
    {
        using var place = new TemporaryDirectory();
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root, "generate", "--", "--odd.mp4");
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("--odd.mp4", result.Error, StringComparison.Ordinal);
    }
}
