using Vgpnn.Media.Frames;
using Vgpnn.Media.Reading;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

public class RangeAndSizeTests : MediaTest
{
    [Fact]
    public async Task A_range_gives_the_same_frames_as_the_whole_clip()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p -g 4");
        Clip whole = await ReadAsync(path);

        foreach ((int first, int? last) in new (int, int?)[] { (1, 10), (3, 7), (9, null), (1, 2) })
        {
            Clip part = await ReadAsync(path, new ReadOptions { Frames = new FrameRange(first, last) });
            Assert.Equal(whole.Frames.Skip(first - 1).Take((last ?? 10) - first + 1), part.Frames);
        }
    }

    [Fact]
    public async Task A_range_beyond_the_end_is_refused_with_the_number_of_frames()
    {
        string path = Folder.Clip("clip.webm", options: "-c:v libvpx-vp9");

        foreach ((int first, int? last) in new (int, int?)[] { (5, 11), (11, null), (20, 30) })
        {
            VgpnnException e = await RefusedAsync(path, "frames-beyond-end", new ReadOptions { Frames = new FrameRange(first, last) });
            Assert.Contains("10 frames", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_range_of_one_frame_is_refused()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");

        await RefusedAsync(path, "input-too-short", new ReadOptions { Frames = new FrameRange(5, 5) });
        await RefusedAsync(path, "input-too-short", new ReadOptions { Frames = new FrameRange(10, null) });
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(-3, null)]
    [InlineData(6, 5)]
    public async Task Invalid_frame_range_is_a_usage_error(int first, int? last)
    {
        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ReadAsync("any.mp4", new ReadOptions { Frames = new FrameRange(first, last) }));

        Assert.Equal((ErrorKind.Usage, "bad-frame-range"), (e.Kind, e.Code));
    }

    [Theory]
    [InlineData(64, 48, 24, 32, 24)]
    [InlineData(64, 48, 25, 34, 25)]
    [InlineData(64, 48, 48, 64, 48)]
    [InlineData(63, 47, 480, 63, 47)]
    [InlineData(100, 50, 9, 18, 9)]
    [InlineData(50, 100, 33, 16, 33)]
    [InlineData(1920, 1080, 720, 1280, 720)]
    public void A_maximum_height_only_makes_frames_smaller_and_keeps_their_shape(int width, int height, int most, int newWidth, int newHeight)
    {
        var stream = new StreamInfo(new Size(width, height), false, 1, "h264", "yuv420p", null, null, false, null, null, (1, 25), null);

        DecodePlan plan = DecodePlan.For("clip.mp4", stream, most, MediaLimits.Default);

        Assert.Equal((new Size(width, height), new Size(newWidth, newHeight)), (plan.Shown, plan.Target));
    }

    [Fact]
    public async Task Frames_are_made_smaller_on_the_way_in_and_the_clip_is_described_as_it_is()
    {
        string path = Folder.Clip("clip.mkv", size: "100x50", frames: 2, options: "-c:v ffv1 -pix_fmt bgr0");

        ReadResult result = await ClipReader.ReadAsync(path, new ReadOptions { MaxHeight = 9 });

        Assert.Equal(new(2, 9, 18), result.Clip.Extent);
        Assert.Equal((100, 50), (result.Info.Width, result.Info.Height));
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
