using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

public class PixelTests : MediaTest
{
    [Theory]
    [InlineData("-c:v ffv1 -pix_fmt rgba64le", "16 bits")]
    [InlineData("-c:v libx264 -pix_fmt yuv420p10le", "10 bits")]
    [InlineData("-c:v libx265 -x265-params log-level=error -pix_fmt yuv420p12le", "12 bits")]
    public async Task More_than_8_bits_are_rounded_to_8_with_a_notice(string options, string words)
    {
        string path = Folder.Ffmpeg($"-f lavfi -i color=0x408020:s=64x48:r=10 -frames:v 3 {options} clip.mkv");

        ReadResult result = await ClipReader.ReadAsync(path);

        Near((0x40, 0x80, 0x20), Pixel(result.Clip, 1, 30, 20));
        Assert.Contains(words, Assert.Single(result.Notices), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qtrle.mov", "format=argb", "-c:v qtrle")]
    [InlineData("vp9.webm", "format=yuva420p", "-c:v libvpx-vp9 -crf 10 -b:v 0")]
    [InlineData("vp8.webm", "format=yuva420p", "-c:v libvpx -b:v 2M -auto-alt-ref 0")]
    [InlineData("prores.mov", "format=yuva444p10le", "-c:v prores_ks -profile:v 4")]
    public async Task Transparent_pixels_are_blended_over_black_with_a_notice(string name, string format, string options)
    {
        string path = Folder.Ffmpeg($"-f lavfi -i color=0xC86432@0.5:s=64x48:r=10,{format} -frames:v 3 {options} {name}");

        ReadResult result = await ClipReader.ReadAsync(path);

        Near((100, 50, 25), Pixel(result.Clip, 1, 30, 20), 4);
        Assert.Contains(result.Notices, n => n == "transparent pixels are blended over black");
    }

    [Fact]
    public async Task An_alpha_channel_that_hides_nothing_changes_nothing_and_is_no_news()
    {
        string path = Folder.Clip("clip.mov", options: "-c:v qtrle -pix_fmt argb");
        string opaque = Folder.Ffmpeg("-i clip.mov -c:v ffv1 -pix_fmt bgr0 clip.mkv");

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Empty(result.Notices);
        Assert.Equal((await ReadAsync(opaque)).ContentHash(), result.Clip.ContentHash());
    }

    [Fact]
    public async Task The_colours_of_invisible_pixels_do_not_bleed_when_frames_are_made_smaller()
    {
        // The left half is opaque blue, the right half invisible red.
        string path = Folder.Ffmpeg(
            "-f lavfi -i color=blue:s=64x64:r=10,format=rgba,geq=r='255*gte(X\\,31)':g=0:b='255*lt(X\\,31)':a='255*lt(X\\,31)' -frames:v 2 -c:v qtrle clip.mov");

        Clip clip = await ReadAsync(path, new ReadOptions { MaxHeight = 20 });

        for (int x = 0; x < clip.Width; x++) Assert.True(Pixel(clip, 0, x, 10).R < 8, $"red at {x}");
    }

    [Theory]
    [InlineData("-c:v libx264 -pix_fmt gray")]
    [InlineData("-c:v ffv1 -pix_fmt gray")]
    public async Task Grey_is_read_as_equal_red_green_and_blue(string options)
    {
        string path = Folder.Ffmpeg($"-f lavfi -i color=0x646464:s=64x48:r=10 -frames:v 3 {options} clip.mkv");

        Clip clip = await ReadAsync(path);

        (byte r, byte g, byte b) = Pixel(clip, 2, 5, 5);
        Assert.True(r == g && g == b, "grey");
        Near((100, 100, 100), (r, g, b));
    }

    [Theory]
    [InlineData("63x47", "yuv444p")]
    [InlineData("9x8", "yuv420p")]
    public async Task Odd_and_tiny_sizes_are_kept(string size, string format)
    {
        string path = Folder.Ffmpeg($"-f lavfi -i testsrc=s={size}:r=10 -frames:v 3 -c:v ffv1 -pix_fmt {format} clip.mkv");

        Clip clip = await ReadAsync(path);

        Assert.Equal(size, $"{clip.Width}x{clip.Height}");
    }

    [Theory]
    [InlineData("64x48", "bt709", "-colorspace bt709")]
    [InlineData("64x48", "bt601", "-colorspace smpte170m")]
    [InlineData("64x48", "bt601", "")]
    [InlineData("1280x720", "bt709", "")]
    [InlineData("1280x720", "bt601", "-colorspace bt470bg")]
    public async Task The_colour_matrix_is_the_tagged_one_or_else_that_of_players(string size, string matrix, string tag)
    {
        string path = Folder.Ffmpeg(
            $"-f lavfi -i color=0xC83232:s={size}:r=10,scale=out_color_matrix={matrix}:flags=accurate_rnd,format=yuv420p -frames:v 2 -c:v libx264 -qp 1 {tag} clip.mp4");

        Near((0xC8, 0x32, 0x32), Pixel(await ReadAsync(path), 0, 20, 20));
    }

    [Theory]
    [InlineData("pc", "full")]
    [InlineData("tv", "limited")]
    public async Task Full_and_limited_range_give_the_same_colours(string tag, string range)
    {
        string path = Folder.Ffmpeg(
            $"-f lavfi -i color=0xF0F0F0:s=64x48:r=10,scale=out_range={range},format=yuv420p -frames:v 2 -c:v libx264 -qp 1 -color_range {tag} clip.mp4");

        Near((0xF0, 0xF0, 0xF0), Pixel(await ReadAsync(path), 0, 20, 20));
    }

    [Theory]
    [InlineData("smpte2084", "PQ")]
    [InlineData("arib-std-b67", "HLG")]
    public async Task HDR_is_refused_with_the_command_that_converts_it(string transfer, string name)
    {
        string path = Folder.Clip("clip.mkv", options:
            $"-c:v libx265 -x265-params log-level=error:transfer={transfer}:colorprim=bt2020:colormatrix=bt2020nc -pix_fmt yuv420p10le");

        VgpnnException e = await RefusedAsync(path, "input-hdr");

        Assert.Contains(name, e.Message, StringComparison.Ordinal);
        string converted = Folder.Ffmpeg(e.Hint!.Split("ffmpeg ")[1].Replace("INPUT", path, StringComparison.Ordinal));
        Assert.Empty((await ClipReader.ReadAsync(converted)).Notices);
    }

    [Fact]
    public async Task Pixels_that_are_not_square_are_made_square_with_a_notice()
    {
        string path = Folder.Ffmpeg("-f lavfi -i testsrc2=s=72x64:r=10,setsar=4/3 -frames:v 3 -c:v libx264 -pix_fmt yuv420p clip.mp4");

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Equal((96, 64), (result.Clip.Width, result.Clip.Height));
        Assert.Contains("72×64 to 96×64", Assert.Single(result.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_size_that_changes_on_the_way_is_evened_out_with_a_notice()
    {
        Folder.Clip("a.ts", options: "-c:v libx264 -bf 0 -pix_fmt yuv420p");
        Folder.Clip("b.ts", size: "96x64", options: "-c:v libx264 -bf 0 -pix_fmt yuv420p -output_ts_offset 0.4");
        File.WriteAllBytes(Folder["both.ts"], [.. File.ReadAllBytes(Folder["a.ts"]), .. File.ReadAllBytes(Folder["b.ts"])]);
        string path = Folder.Ffmpeg("-i both.ts -c copy -bsf:v dump_extra clip.mkv");

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Equal(new(20, 48, 64), result.Clip.Extent);
        Assert.Contains(result.Notices, n => n.Contains("frame size changes within the video", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Interlaced_video_is_read_as_it_is_with_a_notice()
    {
        string path = Folder.Clip("clip.mkv", options: "-c:v libx264 -x264-params tff=1 -pix_fmt yuv420p");

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Contains("interlaced", Assert.Single(result.Notices), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clip.mp4", "-c:v libx264 -pix_fmt yuv420p")]
    [InlineData("clip.avi", "-c:v mpeg4 -q:v 3")]
    [InlineData("clip.mov", "-c:v mjpeg -q:v 3 -pix_fmt yuvj422p")]
    public async Task Frames_do_not_depend_on_the_processor(string name, string options)
    {
        string path = Folder.Ffmpeg($"-f lavfi -i testsrc2=s=162x122:r=10,noise=alls=20:allf=t -frames:v 5 {options} {name}");
        ProgramPath without = new(Folder.Path);
        Folder.Script("ffmpeg", $"exec {Programs.Ffmpeg} -cpuflags 0 \"$@\"");
        Folder.Script("ffprobe", $"exec {Programs.Ffprobe} \"$@\"");
        var options_ = new ReadOptions { MaxHeight = 77 };

        ReadResult plain = await ClipReader.ReadAsync(without, path, options_, CancellationToken.None);

        Assert.Equal((await ReadAsync(path, options_)).ContentHash(), plain.Clip.ContentHash());
    }
}
