using Vgpnn.Synthesis.Media;

namespace Vgpnn.Synthesis.Tests.Media;

public class RangeAndSizeTests : MediaTest
{
    [Theory]
    [InlineData(1, 10)]
    [InlineData(3, 7)]
    [InlineData(9, null)]
    [InlineData(1, 2)]
    public async Task A_range_gives_the_same_frames_as_the_whole_clip(int first, int? last)
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p -g 4");
        Clip whole = await ReadAsync(path);

        Clip part = await ReadAsync(path, new ReadOptions { Frames = new FrameRange(first, last) });

        Assert.Equal(whole.Frames.Skip(first - 1).Take((last ?? 10) - first + 1), part.Frames);
    }

    [Theory]
    [InlineData(5, 11)]
    [InlineData(11, null)]
    [InlineData(20, 30)]
    public async Task A_range_beyond_the_end_is_refused_with_the_number_of_frames(int first, int? last)
    {
        string path = Folder.Clip("clip.webm", options: "-c:v libvpx-vp9");

        VgpnnException e = await RefusedAsync(path, "frames-beyond-end", new ReadOptions { Frames = new FrameRange(first, last) });

        Assert.Contains("10 frames", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(10, null)]
    public async Task A_range_of_one_frame_is_refused(int first, int? last)
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");

        await RefusedAsync(path, "input-too-short", new ReadOptions { Frames = new FrameRange(first, last) });
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(-3, null)]
    [InlineData(6, 5)]
    public async Task A_range_that_is_none_is_a_wrong_use(int first, int? last)
    {
        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ReadAsync("any.mp4", new ReadOptions { Frames = new FrameRange(first, last) }));

        Assert.Equal((ErrorKind.Usage, "bad-frame-range"), (e.Kind, e.Code));
    }

    [Theory]
    [InlineData("64x48", 24, 32, 24)]
    [InlineData("64x48", 25, 34, 25)]
    [InlineData("64x48", 48, 64, 48)]
    [InlineData("64x48", 480, 64, 48)]
    [InlineData("100x50", 9, 18, 9)]
    [InlineData("50x100", 33, 16, 33)]
    public async Task A_maximum_height_only_makes_frames_smaller_and_keeps_their_shape(string size, int most, int width, int height)
    {
        string path = Folder.Clip("clip.mkv", size: size, frames: 2, options: "-c:v ffv1 -pix_fmt bgr0");

        ReadResult result = await ClipReader.ReadAsync(path, new ReadOptions { MaxHeight = most });

        Assert.Equal(new(2, height, width), result.Clip.Extent);
        Assert.Equal(size, $"{result.Info.Width}x{result.Info.Height}");
    }

    [Fact]
    public async Task A_maximum_height_at_which_the_width_would_vanish_is_refused()
    {
        string path = Folder.Clip("clip.mkv", size: "16x64", options: "-c:v ffv1");

        VgpnnException e = await RefusedAsync(path, "input-too-small", new ReadOptions { MaxHeight = 20 });

        Assert.Contains("--max-height", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_maximum_height_below_the_smallest_is_a_wrong_use()
    {
        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(() => ReadAsync("any.mp4", new ReadOptions { MaxHeight = 7 }));

        Assert.Equal((ErrorKind.Usage, "bad-max-height"), (e.Kind, e.Code));
    }
}
