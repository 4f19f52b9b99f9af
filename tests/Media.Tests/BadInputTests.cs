using Vgpnn.Kernels.Volumes;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

public class BadInputTests : MediaTest
{
    private const string H264 = "-c:v libx264 -pix_fmt yuv420p";

    [Theory]
    [InlineData("missing.mp4")]
    [InlineData("missing/clip.mp4")]
    [InlineData("nul\0.mp4")]
    [InlineData("")]
    public async Task Missing_file_is_named(string name) => await RefusedAsync(name.Length == 0 ? "" : Folder[name], "input-missing");

    [Theory]
    [InlineData("http://127.0.0.1:9/clip.mp4")]
    [InlineData("https://example.org/clip.mp4")]
    [InlineData("rtsp://example.org/live")]
    [InlineData("concat:a.mp4|b.mp4")]
    [InlineData("data:video/mp4;base64,AAAA")]
    public async Task Addresses_are_refused(string path) => await RefusedAsync(path, "input-url");

    [Fact]
    public async Task An_empty_file_is_refused() => await RefusedAsync(Folder.Write("clip.mp4", ""), "input-empty");

    [Fact]
    public async Task A_device_is_refused_and_not_read() => await RefusedAsync("/dev/zero", "input-empty");

    [Fact]
    public async Task Random_bytes_are_refused()
    {
        byte[] bytes = new byte[10_000];
        new Random(1).NextBytes(bytes);

        await RefusedAsync(Folder.Write("clip.mp4", bytes), "input-unknown-format");
    }

    [Fact]
    public async Task A_text_is_refused_as_a_text()
    {
        VgpnnException e = await RefusedAsync(Folder.Write("clip.mp4", "This is not a video, süß as it is.\n"), "input-unknown-format");

        Assert.Contains("text file", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Videos_of_kinds_that_are_not_read_are_refused_with_the_way_to_convert_them()
    {
        VgpnnException e = await RefusedAsync(Folder.Clip("clip.ts", options: "-c:v mpeg2video"), "input-unknown-format");

        Assert.Contains("ffmpeg -i", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_codec_that_is_not_decoded_is_named()
    {
        VgpnnException e = await RefusedAsync(Folder.Clip("clip.avi", options: "-c:v magicyuv"), "input-codec");

        Assert.Contains("magicyuv", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.png", "PNG", "")]
    [InlineData("a.jpg", "JPEG", "")]
    [InlineData("a.bmp", "BMP", "")]
    [InlineData("a.webp", "WebP", "")]
    [InlineData("a.tif", "TIFF", "")]
    public async Task A_single_image_is_no_video(string name, string kind, string options)
    {
        VgpnnException e = await RefusedAsync(Folder.Clip(name, frames: 1, options: options), "input-still-image");

        Assert.Contains($"single image ({kind})", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clip.mp4", H264)]
    [InlineData("clip.gif", "")]
    [InlineData("clip.mkv", "-c:v ffv1")]
    public async Task A_video_of_one_frame_is_refused(string name, string options)
    {
        VgpnnException e = await RefusedAsync(Folder.Clip(name, frames: 1, options: options), "input-too-short");

        Assert.Contains("2 frames", e.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sound.mp4")]
    [InlineData("sound.m4a")]
    [InlineData("sound.mkv")]
    public async Task A_file_with_only_sound_is_refused(string name) =>
        await RefusedAsync(Folder.Ffmpeg($"-f lavfi -i sine=d=1 -c:a aac {name}"), "input-no-video");

    [Theory]
    [InlineData("6x48")]
    [InlineData("48x6")]
    public async Task Frames_that_are_too_small_are_refused_with_the_size_that_works(string size)
    {
        VgpnnException e = await RefusedAsync(Folder.Clip("clip.mkv", size: size, options: "-c:v ffv1 -pix_fmt bgr0"), "input-too-small");

        Assert.Contains("8×8", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_that_are_too_large_are_refused_before_they_are_decoded()
    {
        MediaLimits limits = new() { MaxPixelsPerFrame = 64 * 47 };

        VgpnnException e = await RefusedAsync(Folder.Clip("clip.mp4", options: H264), "input-too-large", new ReadOptions { Limits = limits });

        Assert.Contains("64×48", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clip.mp4")]
    [InlineData("clip.mkv")]
    public async Task Too_many_frames_are_refused_with_the_option_that_chooses(string name)
    {
        MediaLimits limits = new() { MaxFrames = 9 };
        string path = Folder.Clip(name, options: H264);

        VgpnnException e = await RefusedAsync(path, "input-too-many-frames", new ReadOptions { Limits = limits });

        Assert.Contains("--frames 1..9", e.Hint, StringComparison.Ordinal);
        Assert.Equal(10, (await ReadAsync(path, new ReadOptions { Limits = limits with { MaxFrames = 10 } })).Frames.Count);
        Assert.Equal(9, (await ReadAsync(path, new ReadOptions { Limits = limits, Frames = new FrameRange(2, 10) })).Frames.Count);
    }

    [Fact]
    public async Task Too_many_bytes_are_refused_with_a_number_of_frames_that_fits()
    {
        MediaLimits limits = new() { MaxDecodedBytes = 5 * 64 * 48 * 3 };
        string path = Folder.Clip("clip.mp4", options: H264);

        VgpnnException e = await RefusedAsync(path, "input-too-large", new ReadOptions { Limits = limits });

        Assert.Contains("--frames 1..5", e.Hint, StringComparison.Ordinal);
        Assert.Equal(5, (await ReadAsync(path, new ReadOptions { Limits = limits, Frames = new FrameRange(1, 5) })).Frames.Count);
    }

    [Fact]
    public async Task A_file_without_its_index_is_damaged()
    {
        byte[] mp4 = File.ReadAllBytes(Folder.Clip("clip.mp4", options: H264));

        VgpnnException e = await RefusedAsync(Folder.Write("cut.mp4", mp4[..(mp4.Length / 2)]), "input-damaged");

        Assert.Contains("moov", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_an_index_of_nothing_is_refused()
    {
        string path = Folder.Clip("clip.mp4", options: H264 + " -movflags frag_keyframe+empty_moov");
        byte[] mp4 = File.ReadAllBytes(path);

        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(() => ReadAsync(Folder.Write("index.mp4", mp4[..(mp4.AsSpan().IndexOf("moof"u8) - 4)])));

        Assert.True(e.Code is "input-damaged" or "input-too-short", e.Code);
    }

    [Fact]
    public async Task Truncated_file_is_read_to_its_last_frame_with_a_notice()
    {
        byte[] mp4 = File.ReadAllBytes(Folder.Clip("clip.mp4", frames: 50, options: H264 + " -g 5 -movflags +faststart"));

        ReadResult result = await ClipReader.ReadAsync(Folder.Write("cut.mp4", mp4[..(mp4.Length * 3 / 4)]));

        Assert.InRange(result.Clip.Frames.Count, 20, 49);
        Assert.Contains(result.Notices, n => n.Contains("damaged or cut short", StringComparison.Ordinal));
    }

    [Fact]
    public void Unreadable_file_is_refused()
    {
        string file = Folder.Write("clip.mp4", "bytes"), frames = Folder["frames"], inside = Path.Combine(frames, "clip.mp4");
        Directory.CreateDirectory(frames);
        File.Copy(file, inside);

        // Locked for everybody, and read as somebody, because root may read everything.
        OtherUser.Unlock(Folder.Path);
        OtherUser.Lock(file);
        OtherUser.Lock(frames);
        try
        {
            foreach (string path in new[] { file, frames, inside }) Assert.Equal("input-unreadable", OtherUser.Run(() => Refused(path)));
        }
        finally
        {
            OtherUser.Unlock(frames);
        }

        // The checks that need no process run before the first await, on this thread.
        static string? Refused(string path) => (ClipReader.ReadAsync(path).Exception?.InnerException as VgpnnException)?.Code;
    }

    [Fact]
    public async Task Control_characters_in_a_name_do_not_reach_the_terminal()
    {
        VgpnnException e = await RefusedAsync(Folder.Write("\u001b[31mred\n.mp4", "text"), "input-unknown-format");

        Assert.DoesNotContain(e.Message, char.IsControl);
    }

    [Fact]
    public async Task Without_ffmpeg_the_command_that_installs_it_is_told()
    {
        string path = Folder.Clip("clip.mp4", options: H264);
        var nothing = new ProgramPath(Folder.Path);

        foreach (Func<Task> action in new Func<Task>[]
        {
            () => ClipReader.ReadAsync(nothing, path, new ReadOptions(), CancellationToken.None),
            () => ClipWriter.WriteAsync(
                nothing, Task.FromResult(Noise(16, 16, 2)), new Extent(2, 16, 16), new FrameRate(10, 1), Folder["out.mp4"], ClipFormat.Mp4, null, CancellationToken.None),
        })
        {
            VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(action);
            Assert.Equal((ErrorKind.Device, "ffmpeg-missing", "apt-get install ffmpeg"), (e.Kind, e.Code, e.Hint));
        }

        Assert.Equal(["clip.mp4"], Folder.Names);
    }
}
