using Vgpnn.Media.Frames;
using Vgpnn.Media.Reading;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

public class FrameRateTests : MediaTest
{
    [Theory]
    [InlineData("clip.mp4", "30000/1001")]
    [InlineData("clip.mkv", "30000/1001")]
    [InlineData("clip.mkv", "24000/1001")]
    [InlineData("clip.avi", "30000/1001")]
    public async Task The_rate_of_a_video_is_kept_exactly(string name, string rate)
    {
        string path = Folder.Clip(name, rate: rate, frames: 20, options: "-c:v libx264 -pix_fmt yuv420p");

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Equal(rate, result.Clip.FrameRate.ToString());
        Assert.Equal(20, result.Clip.Frames.Count);
        Assert.Empty(result.Notices);
    }

    [Fact]
    public async Task The_rate_of_a_part_is_that_of_the_whole_though_frames_are_stored_out_of_order()
    {
        string path = Folder.Clip("clip.mkv", rate: "30000/1001", frames: 120, options: "-c:v libx264 -bf 8 -b_strategy 0 -pix_fmt yuv420p");

        for (int last = 3; last <= 6; last++)
        {
            ReadResult result = await ClipReader.ReadAsync(path, new ReadOptions { Frames = new FrameRange(2, last) });
            Assert.Equal(new FrameRate(30000, 1001), result.Clip.FrameRate);
            Assert.Empty(result.Notices);
        }
    }

    [Theory]
    [InlineData("10")]
    [InlineData("12")]
    [InlineData("24")]
    [InlineData("30")]
    [InlineData("100/3")]
    [InlineData("50")]
    public async Task The_rate_of_a_gif_is_the_one_that_its_hundredths_stand_for(string rate)
    {
        string path = Folder.Clip("clip.gif", rate: rate, frames: 15);

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Equal(rate, result.Clip.FrameRate.ToString());
        Assert.Empty(result.Notices);
    }

    [Theory]
    [InlineData("clip.mp4")]
    [InlineData("clip.mkv")]
    public async Task Every_frame_of_a_varying_rate_is_kept_at_the_average(string name)
    {
        // 30 a second, with two of three left out after the first second.
        string path = Folder.Ffmpeg(
            $"-f lavfi -i testsrc2=s=64x48:r=30:d=2,select='lt(n\\,30)+not(mod(n\\,3))' -fps_mode vfr -c:v libx264 -pix_fmt yuv420p {name}");

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Equal(40, result.Clip.Frames.Count);
        Assert.InRange(result.Clip.FrameRate.Value, 19.5, 21);
        Assert.Contains("unevenly", Assert.Single(result.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gif_with_delays_of_its_own_is_read_frame_by_frame_at_the_average()
    {
        string path = Folder.Clip("clip.gif", rate: "10", frames: 4);
        byte[] gif = File.ReadAllBytes(path);
        byte[] delays = [10, 10, 10, 70];
        int at = 0;
        foreach (byte delay in delays)
        {
            // Graphic control extension: 21 F9 04 flags delay(2).
            at += gif.AsSpan(at).IndexOf([(byte)0x21, (byte)0xF9, (byte)4]);
            gif[at + 4] = delay;
            at += 5;
        }

        File.WriteAllBytes(path, gif);

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Equal(4, result.Clip.Frames.Count);
        Assert.Equal(new FrameRate(4, 1), result.Clip.FrameRate);
        Assert.Contains("unevenly", Assert.Single(result.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public void Times_in_milliseconds_stand_for_the_rate_that_the_container_names()
    {
        StreamInfo stream = Stream(tick: (1, 1000), typical: new FrameRate(30000, 1001));
        PacketTime[] packets = [.. Enumerable.Range(0, 100).Select(i => new PacketTime((long)Math.Round(i * 1001 / 30.0), 33))];

        Assert.Equal(new FrameTiming(new FrameRate(30000, 1001), false, true), FrameTiming.Of(stream, packets));
    }

    [Fact]
    public void Times_win_over_a_container_that_names_a_wrong_rate()
    {
        StreamInfo stream = Stream(tick: (1, 90000), typical: new FrameRate(600, 1));
        PacketTime[] packets = [.. Enumerable.Range(0, 100).Select(i => new PacketTime(i * 3600L, null))];

        Assert.Equal(new FrameTiming(new FrameRate(25, 1), false, true), FrameTiming.Of(stream, packets));
    }

    [Fact]
    public void Without_times_the_average_rate_counts()
    {
        StreamInfo stream = Stream(tick: (1, 25), typical: new FrameRate(50, 1)) with { AverageRate = new FrameRate(25, 1) };

        Assert.Equal(new FrameTiming(new FrameRate(25, 1), false, true), FrameTiming.Of(stream, [new(null, null), new(null, null)]));
    }

    [Fact]
    public void Times_of_a_billionth_of_a_second_give_a_rate_that_can_be_shown()
    {
        StreamInfo stream = Stream(tick: (1, 1_000_000_000), typical: new FrameRate(1_000_000_000, 1));

        Assert.Equal(1000, FrameTiming.Of(stream, [new(0, 1), new(1, 1), new(2, 1)]).Rate.Value);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, long.MaxValue, 1)]
    [InlineData(long.MinValue, long.MaxValue, 3)]
    public void Absurd_times_give_some_rate(long first, long second, long third)
    {
        StreamInfo stream = Stream(tick: (int.MaxValue, 1), typical: null);

        FrameTiming timing = FrameTiming.Of(stream, [new(first, 1), new(second, -1), new(third, long.MaxValue)]);

        Assert.InRange(timing.Rate.Value, 0.001, 1000);
    }

    private static StreamInfo Stream((int, int) tick, FrameRate? typical) =>
        new(new Size(64, 48), false, 1, "h264", "yuv420p", null, null, false, typical, null, tick, null);
}
