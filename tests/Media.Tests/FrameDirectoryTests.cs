using Vgpnn.Media.Frames;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

public class FrameDirectoryTests : MediaTest
{
    private string Frames => Folder["frames"];

    [Theory]
    [InlineData("1.png", "2.png", "10.png")]
    [InlineData("001.png", "002.png", "010.png")]
    [InlineData("frame_8.png", "frame_9.png", "frame_10.png")]
    [InlineData("IMG-0099.PNG", "IMG-0100.PNG", "IMG-0101.PNG")]
    [InlineData("7.png", "08.png", "009.png")]
    [InlineData("0.png", "1.png", "2.png")]
    [InlineData("take3_frame9.v2.png", "take3_frame10.v2.png", "take3_frame11.v2.png")]
    [InlineData("1305031102.175304.png", "1305031102.211214.png", "1305031103.043227.png")]
    [InlineData("99999999999999999998.png", "99999999999999999999.png", "100000000000000000000.png")]
    [InlineData("a%03d 1.png", "a%03d 2.png", "a%03d 10.png")]
    [InlineData("-i 1.png", "-i 2.png", "-i 3.png")]
    public void Frames_lie_in_the_order_of_their_numbers(params string[] names)
    {
        // Written from the last to the first, so that no order of creation helps.
        for (int i = names.Length - 1; i >= 0; i--) Frame(names[i], i);

        FrameDirectory directory = FrameDirectory.Open(Frames, Frames, null, MediaLimits.Default);

        Assert.Equal(names, directory.Files.Select(Path.GetFileName));
    }

    [Fact]
    public async Task Frames_are_read_in_that_order()
    {
        Frame("-i a%03d 10.png", 150);
        Frame("-i a%03d 9.png", 100);
        Frame("-i a%03d 008.png", 50);

        Assert.Equal([50, 100, 150], (await ReadAsync(Frames)).Frames.Select(f => (int)f[0]));
    }

    [Fact]
    public async Task Directory_is_read_at_10_fps_with_a_notice()
    {
        Sequence(1, 2, 3);

        ReadResult result = await ClipReader.ReadAsync(Frames);

        Assert.Equal(new FrameRate(10, 1), result.Clip.FrameRate);
        Assert.Equal(new ClipInfo(16, 12, new FrameRate(10, 1), 3, "png", "rgb24"), result.Info);
        Assert.Contains("10 fps is assumed", Assert.Single(result.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_numbers_are_allowed_with_a_notice()
    {
        Sequence(3, 4, 7, 9);

        ReadResult result = await ClipReader.ReadAsync(Frames);

        Assert.Equal(4, result.Clip.Frames.Count);
        Assert.Contains(result.Notices, n => n.StartsWith("3 of the numbers 3 to 9 are missing, starting with 5", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("jpg", "-q:v 1 -pix_fmt yuvj444p")]
    [InlineData("jpeg", "-q:v 1 -pix_fmt yuvj420p")]
    [InlineData("bmp", "")]
    [InlineData("webp", "-lossless 1 -c:v libwebp -f image2")]
    [InlineData("tif", "")]
    [InlineData("tiff", "-compression_algo lzw")]
    [InlineData("png", "-pix_fmt rgb48be")]
    [InlineData("png", "-pix_fmt gray")]
    [InlineData("png", "-pix_fmt pal8")]
    [InlineData("png", "-pix_fmt monob")]
    public async Task Every_kind_of_image_is_read(string extension, string options)
    {
        Directory.CreateDirectory(Frames);
        string filter = options.Contains("pal8", StringComparison.Ordinal) ? ",split[a][b];[a]palettegen[p];[b][p]paletteuse" : "";
        Folder.Ffmpeg($"-f lavfi -i color=white:s=21x17:r=10:d=0.3,format=rgb24{filter} {options} frames/%d.{extension}");

        Clip clip = await ReadAsync(Frames);

        Assert.Equal(new(3, 17, 21), clip.Extent);
        Near((255, 255, 255), Pixel(clip, 2, 10, 10));
    }

    [Fact]
    public async Task The_kind_is_taken_from_the_bytes_and_not_from_the_name()
    {
        Directory.CreateDirectory(Frames);
        Folder.Ffmpeg("-f lavfi -i color=red:s=16x16 -frames:v 3 frames/%d.bmp");
        foreach (string file in Directory.GetFiles(Frames)) File.Move(file, Path.ChangeExtension(file, ".png"));

        Assert.Equal(3, (await ReadAsync(Frames)).Frames.Count);
    }

    [Fact]
    public async Task Hidden_and_foreign_files_are_ignored()
    {
        Sequence(1, 2);
        File.WriteAllText(Path.Combine(Frames, ".3.png"), "hidden");
        File.WriteAllText(Path.Combine(Frames, "._1.png"), "of a Macintosh");
        File.WriteAllText(Path.Combine(Frames, "notes1.txt"), "text");
        File.WriteAllText(Path.Combine(Frames, "thumbnail.png"), "without a number");
        Directory.CreateDirectory(Path.Combine(Frames, "3.png"));

        Assert.Equal(2, (await ReadAsync(Frames)).Frames.Count);
    }

    [Fact]
    public async Task Frames_may_be_links_to_files()
    {
        Sequence(1, 2);
        File.CreateSymbolicLink(Path.Combine(Frames, "3.png"), Path.Combine(Frames, "1.png"));

        Assert.Equal(3, (await ReadAsync(Frames)).Frames.Count);
    }

    [Fact]
    public async Task A_range_counts_frames_and_not_their_numbers()
    {
        Sequence(10, 20, 30, 40);

        ReadResult result = await ClipReader.ReadAsync(Frames, new ReadOptions { Frames = new FrameRange(2, 3) });

        Assert.Equal([20, 30], result.Clip.Frames.Select(f => (int)f[0]));
        Assert.Equal(4, result.Info.Frames);
    }

    [Fact]
    public async Task A_range_beyond_the_end_is_refused_with_the_number_of_frames()
    {
        Sequence(1, 2, 3);

        VgpnnException e = await RefusedAsync(Frames, "frames-beyond-end", new ReadOptions { Frames = new FrameRange(2, 4) });

        Assert.Contains("has 3 frames", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.png", "01.png", "frames-same-number")]
    [InlineData("1.png", "1.jpg", "frames-same-number")]
    [InlineData("a1.png", "b1.png", "frames-mixed-names")]
    [InlineData("a1.png", "b2.png", "frames-mixed-names")]
    [InlineData("0001.png", "0001 (2).png", "frames-mixed-names")]
    public async Task Names_that_leave_the_order_open_are_refused_naming_both(string first, string second, string code)
    {
        Frame(first, 1);
        Frame(second, 2);

        VgpnnException e = await RefusedAsync(Frames, code);

        Assert.Contains(first, e.Message, StringComparison.Ordinal);
        Assert.Contains(second, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_of_unequal_size_are_refused_naming_both()
    {
        Sequence(1, 2);
        Frame("3.png", 3, width: 20);

        VgpnnException e = await RefusedAsync(Frames, "frames-unequal");

        Assert.Contains("1.png is 16×12, but 3.png is 20×12", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_of_different_kinds_are_refused_naming_both()
    {
        Sequence(1);
        Folder.Ffmpeg("-f lavfi -i color=red:s=16x12 -frames:v 1 frames/2.bmp");

        VgpnnException e = await RefusedAsync(Frames, "frames-mixed-kinds");

        Assert.Contains("1.png and 2.bmp", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_that_is_no_image_is_named()
    {
        Sequence(1, 2, 3);
        File.WriteAllText(Path.Combine(Frames, "2.png"), "no picture");

        VgpnnException e = await RefusedAsync(Frames, "frame-damaged");

        Assert.Contains("2.png", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_that_cannot_be_decoded_is_named()
    {
        Sequence(1, 2, 3, 4);
        byte[] png = File.ReadAllBytes(Path.Combine(Frames, "3.png"));
        File.WriteAllBytes(Path.Combine(Frames, "3.png"), png[..40]);

        VgpnnException e = await RefusedAsync(Frames, "frame-damaged");

        Assert.Contains("3.png", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_without_frames_is_refused()
    {
        Directory.CreateDirectory(Frames);
        await RefusedAsync(Frames, "directory-without-frames");

        File.WriteAllText(Path.Combine(Frames, "readme.txt"), "nothing here");
        await RefusedAsync(Frames, "directory-without-frames");
    }

    [Fact]
    public async Task A_single_frame_is_refused()
    {
        Sequence(1);

        await RefusedAsync(Frames, "input-too-short");
    }

    [Fact]
    public async Task More_frames_than_the_limit_are_refused_unless_a_range_chooses()
    {
        Sequence(1, 2, 3, 4);
        MediaLimits limits = new() { MaxFrames = 3 };

        await RefusedAsync(Frames, "input-too-many-frames", new ReadOptions { Limits = limits });

        Assert.Equal(3, (await ReadAsync(Frames, new ReadOptions { Limits = limits, Frames = new FrameRange(2, null) })).Frames.Count);
    }

    [Fact]
    public async Task Temporary_directory_is_removed_after_reading()
    {
        Sequence(1, 2);
        using var bin = new MediaFolder();
        string pipe = bin.Pipe("pattern");
        bin.Script("ffprobe", $"for last; do :; done\necho \"$PWD/${{last#file:}}\" > {pipe}\nexec {Programs.Ffprobe} \"$@\"");
        bin.Script("ffmpeg", $"exec {Programs.Ffmpeg} \"$@\"");
        Task<string> pattern = Task.Run(() => File.ReadAllText(pipe));

        await ClipReader.ReadAsync(new ProgramPath(bin.Path), Frames, new ReadOptions(), CancellationToken.None);

        string scratch = Path.GetDirectoryName(await pattern)!;
        Assert.StartsWith(Path.GetTempPath(), scratch, StringComparison.Ordinal);
        Assert.False(Directory.Exists(scratch), "scratch links remain");
        Assert.True(File.Exists(Path.Combine(Frames, "1.png")), "the frames themselves stay");
    }

    [Fact]
    public async Task The_limit_on_bytes_counts_the_chosen_frames()
    {
        Sequence(1, 2, 3, 4, 5, 6);
        MediaLimits limits = new() { MaxDecodedBytes = 3 * 16 * 12 * 3 };

        await RefusedAsync(Frames, "input-too-large", new ReadOptions { Limits = limits, Frames = new FrameRange(3, 6) });

        Assert.Equal(3, (await ReadAsync(Frames, new ReadOptions { Limits = limits, Frames = new FrameRange(4, 6) })).Frames.Count);
    }

    private void Sequence(params int[] numbers)
    {
        foreach (int number in numbers) Frame($"{number}.png", number);
    }

    // Grey of one level, so that frames can be told apart. Images are written by hand: it is much faster than by ffmpeg.
    private void Frame(string name, int level, int width = 16, int height = 12)
    {
        Directory.CreateDirectory(Frames);
        File.WriteAllBytes(Path.Combine(Frames, name), PngFile.Encode(width, height, (byte)level));
    }
}
