using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

public class ContainerTests : MediaTest
{
    // What the encoders get; read once for all tests.
    private static readonly Lazy<Task<Clip>> Original = new(async () =>
    {
        using var folder = new MediaFolder();
        return await ReadAsync(folder.Clip("clip.mkv", options: "-c:v ffv1 -pix_fmt bgr0"));
    });

    [Theory]
    [InlineData("clip.mp4", "-c:v libx264 -pix_fmt yuv420p", "h264")]
    [InlineData("clip.mov", "-c:v libx264 -pix_fmt yuv420p", "h264")]
    [InlineData("clip.mkv", "-c:v libx264 -pix_fmt yuv420p", "h264")]
    [InlineData("clip.webm", "-c:v libvpx-vp9 -pix_fmt yuv420p", "vp9")]
    [InlineData("vp8.webm", "-c:v libvpx -b:v 1M -pix_fmt yuv420p", "vp8")]
    [InlineData("clip.avi", "-c:v mpeg4 -q:v 2", "mpeg4")]
    [InlineData("motion.avi", "-c:v mjpeg -q:v 2 -pix_fmt yuvj420p", "mjpeg")]
    [InlineData("raw.avi", "-c:v rawvideo -pix_fmt bgr24", "rawvideo")]
    [InlineData("lossless.mkv", "-c:v ffv1", "ffv1")]
    [InlineData("hevc.mp4", "-c:v libx265 -x265-params log-level=error -pix_fmt yuv420p", "hevc")]
    [InlineData("studio.mov", "-c:v prores_ks", "prores")]
    [InlineData("fragments.mp4", "-c:v libx264 -pix_fmt yuv420p -movflags frag_keyframe+empty_moov", "h264")]
    public async Task A_video_gives_its_frames_in_order_at_its_rate(string name, string options, string codec)
    {
        string path = Folder.Clip(name, options: options);

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Equal(new(10, 48, 64), result.Clip.Extent);
        Assert.Equal(new FrameRate(25, 1), result.Clip.FrameRate);
        Assert.Equal(codec, result.Info.Codec);
        Assert.Equal(10, result.Info.Frames);
        double difference = Difference(result.Clip, await Original.Value);
        Assert.True(difference < 9, $"off by {difference}");
        Assert.DoesNotContain(result.Notices, n => n.Contains("damaged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_gif_gives_its_frames_and_no_notice_where_nothing_is_transparent()
    {
        string path = Folder.Clip("clip.gif", rate: "10");

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Equal(new(10, 48, 64), result.Clip.Extent);
        Assert.Equal(new FrameRate(10, 1), result.Clip.FrameRate);
        Assert.Empty(result.Notices);
    }

    [Fact]
    public async Task A_name_that_lies_about_the_kind_does_not_matter()
    {
        string path = Folder.Clip("clip.webm", options: "-c:v libvpx-vp9");
        File.Move(path, Folder["clip.mp4"]);

        Assert.Equal(10, (await ReadAsync(Folder["clip.mp4"])).Frames.Count);
    }

    [Fact]
    public async Task Sound_and_subtitles_are_left_alone()
    {
        Folder.Write("words.srt", "1\n00:00:00,000 --> 00:00:01,000\nwords\n");
        string path = Folder.Ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=25:d=1 -f lavfi -i sine=d=1 -i words.srt -map 0 -map 1 -map 2 -c:v libx264 -pix_fmt yuv420p -c:a aac -c:s mov_text clip.mp4");

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Equal(25, result.Clip.Frames.Count);
        Assert.Empty(result.Notices);
    }

    [Fact]
    public async Task A_cover_picture_is_not_taken_for_the_video()
    {
        Folder.Ffmpeg("-f lavfi -i color=red:s=100x100 -frames:v 1 cover.png");
        Folder.Clip("plain.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        string path = Folder.Ffmpeg("-i cover.png -i plain.mp4 -map 0 -map 1 -c copy -disposition:v:0 attached_pic clip.mp4");

        Assert.Equal(new(10, 48, 64), (await ReadAsync(path)).Extent);
    }

    [Fact]
    public async Task Probing_tells_size_rate_and_number_of_frames_without_decoding()
    {
        string path = Folder.Clip("clip.mkv", size: "70x50", rate: "30000/1001", frames: 12, options: "-c:v libx264 -pix_fmt yuv420p10le");

        ClipInfo info = await ClipReader.ProbeAsync(path);

        Assert.Equal(new ClipInfo(70, 50, new FrameRate(30000, 1001), 12, "h264", "yuv420p10le"), info);
    }

    [Fact]
    public async Task The_decoded_frames_of_equal_content_have_equal_hashes()
    {
        string mkv = Folder.Clip("clip.mkv", options: "-c:v libx264 -pix_fmt yuv420p");
        string mp4 = Folder.Ffmpeg("-i clip.mkv -c copy clip.mp4");

        Assert.Equal((await ReadAsync(mkv)).ContentHash(), (await ReadAsync(mp4)).ContentHash());
    }
}
