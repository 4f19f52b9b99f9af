using Vgpnn.Media.Frames;
using Vgpnn.Media.Reading;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

/// <summary>Files that were cut or changed anywhere: a clip comes out, or an error for the user; nothing else, and soon.</summary>
public class DamageTests : MediaTest
{
    private const int Rounds = 10;
    private static readonly MediaLimits Limits = new() { Timeout = TimeSpan.FromSeconds(20), MaxFrames = 100 };

    public static TheoryData<string, string> Clips => new()
    {
        { "clip.mp4", "-c:v libx264 -pix_fmt yuv420p -movflags +faststart" },
        { "clip.webm", "-c:v libvpx-vp9" },
        { "clip.avi", "-c:v mjpeg -pix_fmt yuvj420p" },
        { "clip.gif", "" },
    };

    [Theory]
    [MemberData(nameof(Clips))]
    public async Task A_file_cut_anywhere_gives_a_clip_or_an_error(string name, string options)
    {
        byte[] whole = File.ReadAllBytes(Folder.Clip(name, size: "32x24", frames: 6, options: options));
        var random = new Random(1);

        for (int i = 0; i < Rounds; i++) await TryAsync(name, whole[..random.Next(1, whole.Length)]);
    }

    [Theory]
    [MemberData(nameof(Clips))]
    public async Task A_file_with_changed_bytes_gives_a_clip_or_an_error(string name, string options)
    {
        byte[] whole = File.ReadAllBytes(Folder.Clip(name, size: "32x24", frames: 6, options: options));
        var random = new Random(2);

        for (int i = 0; i < Rounds; i++)
        {
            byte[] changed = [.. whole];

            // Headers are where damage does most.
            for (int j = 0; j < 8; j++) changed[random.Next(j < 4 ? Math.Min(1500, whole.Length) : whole.Length)] = (byte)random.Next(256);
            await TryAsync(name, changed);
        }
    }

    [Theory]
    [InlineData("png", "")]
    [InlineData("jpg", "")]
    [InlineData("bmp", "")]
    [InlineData("webp", "-c:v libwebp -f image2")]
    [InlineData("tif", "")]
    public void An_images_header_cut_or_changed_anywhere_gives_a_size_or_none(string extension, string options)
    {
        byte[] whole = File.ReadAllBytes(Folder.Clip($"a.{extension}", frames: 1, options: options));
        FileKind kind = MagicBytes.Identify(whole.AsSpan(0, Math.Min(whole.Length, MagicBytes.Length)));
        Assert.Equal(new Size(64, 48), ImageHeader.Read(kind, new MemoryStream(whole)));
        var random = new Random(3);
        for (int i = 0; i < 2000; i++)
        {
            byte[] changed = whole[..random.Next(0, whole.Length)];
            for (int j = 0; j < 4 && changed.Length > 0; j++) changed[random.Next(Math.Min(200, changed.Length))] = (byte)random.Next(256);

            Size? size = ImageHeader.Read(kind, new MemoryStream(changed));

            Assert.True(size is null or { Width: > 0, Height: > 0 }, $"{size}");
        }
    }

    private async Task TryAsync(string name, byte[] bytes)
    {
        string path = Folder.Write("damaged-" + name, bytes);
        try
        {
            ReadResult result = await ClipReader.ReadAsync(path, new ReadOptions { Limits = Limits });
            Assert.InRange(result.Clip.Frames.Count, 2, Limits.MaxFrames);
        }
        catch (VgpnnException e)
        {
            Assert.Equal(ErrorKind.Input, e.Kind);
            Assert.NotEqual("input-timeout", e.Code);
        }
    }
}
