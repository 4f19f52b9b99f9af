using System.Text.RegularExpressions;
using Vgpnn.Client.Runs;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Client.Tests.Runs;

public sealed class MemoryLimitTests
{
    [Theory]
    [InlineData(13, 144, 256)]
    [InlineData(100, 360, 640)]
    [InlineData(30, 1920, 1080)]
    public void The_height_that_is_named_fits_and_the_next_one_does_not(int frames, int height, int width)
    {
        var input = new Extent(frames, height, width);
        var options = new MethodOptions();
        long small = Peak(input, 16, options);
        long limit = small + ((Peak(input, height, options) - small) / 3);
        int fitting = MemoryLimit.LargestHeight([new(InputRole.Input, input)], options, limit)!.Value;
        Assert.True(Peak(input, fitting, options) <= limit);
        Assert.True(Peak(input, fitting + 1, options) > limit);
    }

    [Fact]
    public void Where_nothing_fits_no_height_is_named() =>
        Assert.Null(MemoryLimit.LargestHeight([new(InputRole.Input, new Extent(13, 144, 256))], new MethodOptions(), limit: 1 << 20));

    [Fact]
    public async Task Work_that_would_not_fit_is_refused_with_a_height_that_does()
    {
        using var place = new TemporaryDirectory();
        await TestClip.MakeAsync(place, frames: 10, width: 640, height: 480);
        long all = Peak(new Extent(10, 480, 640), 480, new MethodOptions());
        long none = Peak(new Extent(10, 480, 640), 16, new MethodOptions());
        string limit = $"{(all + none) / 2}";
        ProcessResult refused = await VgpnnProgram.RunAsync(place.Root, "generate", "clip.mp4", "--max-memory", limit);
        Assert.Equal(4, refused.ExitCode);
        Assert.Matches(@"^vgpnn: this takes up to [\d.]+ MiB of memory, and [\d.]+ MiB are allowed\nhint: --max-height \d+ would fit", refused.Error);
        Assert.Equal(["clip.mp4"], place.Files);
        string height = Regex.Match(refused.Error, @"--max-height (\d+)").Groups[1].Value;
        await VgpnnProgram.SucceedAsync(place.Root, "generate", "clip.mp4", "--dry-run", "--max-memory", limit, "--max-height", height);
    }

    private static long Peak(Extent input, int height, MethodOptions options) =>
        PyramidPlanner.Plan(input with { H = height, W = 2 * (int)Math.Round((double)input.W * height / (2.0 * input.H)) }, options).PeakBytes;
}
