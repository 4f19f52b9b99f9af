using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

public class ClipWriterTests : MediaTest
{
    private const string What = "stream=codec_name,pix_fmt,width,height,r_frame_rate,color_space,color_transfer,color_primaries,color_range";

    public static TheoryData<ClipFormat> Formats => new(Enum.GetValues<ClipFormat>());

    [Fact]
    public async Task Png_frames_are_lossless()
    {
        Clip clip = Noise(37, 23, 12);

        await ClipWriter.WriteAsync(clip, Folder["frames"], ClipFormat.Png);

        Assert.Equal(Enumerable.Range(1, 12).Select(i => $"{i:D5}.png"), Directory.GetFiles(Folder["frames"]).Select(Path.GetFileName).Order());
        Assert.Equal(clip.Frames, (await ReadAsync(Folder["frames"])).Frames);
    }

    [Fact]
    public async Task Mp4_is_what_every_player_takes()
    {
        Clip clip = Smooth(64, 48, 9, new FrameRate(30000, 1001));

        await ClipWriter.WriteAsync(clip, Folder["clip.mp4"], ClipFormat.Mp4, "seed 7");

        string probe = Folder.Ffprobe("clip.mp4", What + ":format_tags");
        Assert.Contains("codec_name=h264", probe, StringComparison.Ordinal);
        Assert.Contains("pix_fmt=yuv420p\n", probe, StringComparison.Ordinal);
        Assert.Contains("r_frame_rate=30000/1001", probe, StringComparison.Ordinal);
        Assert.Contains("TAG:comment=seed 7", probe, StringComparison.Ordinal);
        AssertBt709(probe);
        byte[] file = File.ReadAllBytes(Folder["clip.mp4"]);
        Assert.InRange(file.AsSpan().IndexOf("moov"u8), 0, file.AsSpan().IndexOf("mdat"u8));
        Assert.True(file.AsSpan().IndexOf("colr"u8) > 0, "the colours are tagged in the container too");

        Clip back = await ReadAsync(Folder["clip.mp4"]);
        Assert.Equal(clip.FrameRate, back.FrameRate);
        Assert.InRange(Difference(clip, back), 0, 1.5);
    }

    [Fact]
    public async Task Webm_is_vp9_with_the_same_colours()
    {
        Clip clip = Smooth(63, 47, 9, new FrameRate(12, 1));

        await ClipWriter.WriteAsync(clip, Folder["clip.webm"], ClipFormat.Webm, "seed 7");

        string probe = Folder.Ffprobe("clip.webm", What + ":format_tags");
        Assert.Contains("codec_name=vp9", probe, StringComparison.Ordinal);
        Assert.Contains("COMMENT=seed 7", probe, StringComparison.OrdinalIgnoreCase);
        AssertBt709(probe);
        Clip back = await ReadAsync(Folder["clip.webm"]);
        Assert.Equal((63, 47, clip.FrameRate), (back.Width, back.Height, back.FrameRate));
        Assert.InRange(Difference(clip, back), 0, 2);
    }

    [Fact]
    public async Task Gif_keeps_size_rate_and_number_of_frames_and_runs_for_ever()
    {
        Clip clip = Smooth(63, 47, 9, new FrameRate(12, 1));

        await ClipWriter.WriteAsync(clip, Folder["clip.gif"], ClipFormat.Gif);

        ReadResult back = await ClipReader.ReadAsync(Folder["clip.gif"]);
        Assert.Equal(clip.FrameRate, back.Clip.FrameRate);
        Assert.InRange(Difference(clip, back.Clip), 0, 12);
        Assert.Empty(back.Notices);
        Assert.True(File.ReadAllBytes(Folder["clip.gif"]).AsSpan().IndexOf("NETSCAPE2.0"u8) > 0, "loops");
    }

    [Fact]
    public async Task Gif_that_is_too_fast_for_players_loses_frames()
    {
        await ClipWriter.WriteAsync(Smooth(32, 24, 60, new FrameRate(60, 1)), Folder["clip.gif"], ClipFormat.Gif);

        Clip back = await ReadAsync(Folder["clip.gif"]);

        Assert.Equal((50, new FrameRate(50, 1)), (back.Frames.Count, back.FrameRate));
    }

    [Theory]
    [InlineData(63, 47)]
    [InlineData(63, 48)]
    public async Task Mp4_of_odd_size_repeats_the_last_column_or_row(int width, int height)
    {
        // White, so that a black border would bleed into the last pixels.
        byte[][] white = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Repeat((byte)255, 3 * width * height).ToArray())];

        await ClipWriter.WriteAsync(new Clip(white, width, height, new FrameRate(10, 1)), Folder["clip.mp4"], ClipFormat.Mp4);

        Clip back = await ReadAsync(Folder["clip.mp4"]);
        Assert.Equal((64, 48), (back.Width, back.Height));
        Assert.All(back.Frames, f => Assert.True(f.Min() > 250, "white up to the border"));
    }

    [Fact]
    public async Task Colours_survive_in_mp4_and_webm()
    {
        (byte R, byte G, byte B)[] bars = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 150, 90)];
        byte[] frame = [.. Enumerable.Range(0, 64 * 24).SelectMany(i => new[] { bars[i % 64 / 16].R, bars[i % 64 / 16].G, bars[i % 64 / 16].B })];
        var clip = new Clip([frame, frame], 64, 24, new FrameRate(10, 1));

        await ClipWriter.WriteAsync(clip, Folder["clip.mp4"], ClipFormat.Mp4);
        await ClipWriter.WriteAsync(clip, Folder["clip.webm"], ClipFormat.Webm);

        foreach (string name in new[] { "clip.mp4", "clip.webm" })
        {
            Clip back = await ReadAsync(Folder[name]);
            for (int i = 0; i < bars.Length; i++) Near(bars[i], Pixel(back, 1, (16 * i) + 8, 12), 4);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task The_same_clip_gives_the_same_bytes(ClipFormat format)
    {
        Clip clip = Noise(48, 32, 8);

        await ClipWriter.WriteAsync(clip, Folder["a"], format, "same");
        await ClipWriter.WriteAsync(clip, Folder["b"], format, "same");

        Assert.Equal(Bytes("a"), Bytes("b"));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Existing_output_is_replaced_and_nothing_else_is_left(ClipFormat format)
    {
        // A name that ffmpeg could take for an option, a pattern or a protocol.
        string name = "-i a%03d:b" + ClipWriter.Extension(format);
        await ClipWriter.WriteAsync(Noise(16, 16, 5), Folder[name], format);

        await ClipWriter.WriteAsync(Noise(16, 16, 2), Folder[name], format);

        Assert.Equal([name], Folder.Names);
        Assert.Equal(2, (await ReadAsync(Folder[name])).Frames.Count);
    }

    [Fact]
    public async Task A_relative_path_with_a_separator_at_its_end_is_taken()
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, Folder["frames"]) + "/";

        await ClipWriter.WriteAsync(Noise(16, 16, 2), relative, ClipFormat.Png);

        Assert.Equal(["frames"], Folder.Names);
    }

    [Fact]
    public void Extensions_are_those_of_the_formats() =>
        Assert.Equal([".mp4", ".gif", ".webm", ""], Enum.GetValues<ClipFormat>().Select(ClipWriter.Extension));

    private static void AssertBt709(string probe)
    {
        Assert.Contains("color_range=tv", probe, StringComparison.Ordinal);
        Assert.Contains("color_space=bt709", probe, StringComparison.Ordinal);
        Assert.Contains("color_transfer=bt709", probe, StringComparison.Ordinal);
        Assert.Contains("color_primaries=bt709", probe, StringComparison.Ordinal);
    }

    private byte[] Bytes(string name) => Directory.Exists(Folder[name])
        ? [.. Directory.GetFiles(Folder[name]).Order().SelectMany(File.ReadAllBytes)]
        : File.ReadAllBytes(Folder[name]);
}
