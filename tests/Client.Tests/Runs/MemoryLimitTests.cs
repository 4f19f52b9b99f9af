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
    public void Suggested_height_is_the_largest_that_fits(int frames, int height, int width)
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
    public void No_height_is_suggested_if_none_fits() =>
        Assert.Null(MemoryLimit.LargestHeight([new(InputRole.Input, new Extent(13, 144, 256))], new MethodOptions(), limit: 1 << 20));

    [Fact]
    public async Task Run_over_the_memory_limit_is_rejected_with_a_height_that_fits()
    {
        using var place = new TemporaryDirectory();
        await TestClip.MakeAsync(place, frames: 10, width: 640, height: 480);
        long all = Peak(new Extent(10, 480, 640), 480, new MethodOptions());
        long none = Peak(new Extent(10, 480, 640), 16, new MethodOptions());
        string limit = $"{(all + none) / 2}";
        ProcessResult refused = await VgpnnProgram.RunAsync(place.Root, "generate", "clip.mp4", "--max-memory", limit);
        Assert.Equal(4, refused.ExitCode);
        Assert.Matches(@"^vgpnn: the run needs up to [\d.]+ MiB of memory, but only [\d.]+ MiB is allowed\nhint: use --max-height \d+", refused.Error);
        Assert.Equal(["clip.mp4"], place.Files);
        string height = Regex.Match(refused.Error, @"--max-height (\d+)").Groups[1].Value;
        await VgpnnProgram.SucceedAsync(place.Root, "generate", "clip.mp4", "--dry-run", "--max-memory", limit, "--max-height", height);
    }

    private static long Peak(Extent input, int height, MethodOptions options) =>
        PyramidPlanner.Plan(input with { H = height, W = 2 * (int)Math.Round((double)input.W * height / (2.0 * input.H)) }, options).PeakBytes;
}
