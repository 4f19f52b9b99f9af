using System.Buffers.Binary;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Testing;

namespace Vgpnn.Media.Tests;

public sealed class PreviewStripTests
{
    [Fact]
    public async Task A_small_level_is_shown_pixel_by_pixel_its_frames_one_below_the_other()
    {
        Volume<byte> level = Clip.FromVolume(RandomVolume.Blobs(new Extent(5, 16, 26), 3, 1), new FrameRate(10, 1)).ToBytes();
        PreviewStrip strip = PreviewStrip.Of(level);
        Assert.Equal(level.Extent, strip.Size);
        Clip shown = await DecodeAsync(strip.Encode());
        Assert.Equal((26, 5 * 16), (shown.Width, shown.Height));
        Assert.Equal(level.Samples.ToArray(), shown.Frames[0]);
    }

    [Fact]
    public void Floats_are_shown_as_the_bytes_that_they_are_saved_as()
    {
        Volume floats = RandomVolume.Blobs(new Extent(3, 9, 14), 3, 2);
        Volume<byte> bytes = Clip.FromVolume(floats, new FrameRate(10, 1)).ToBytes();
        Assert.Equal(PreviewStrip.Of(bytes).Encode(), PreviewStrip.Of(floats).Encode());
    }

    [Theory]
    [InlineData(3000, 20, 40)]
    [InlineData(60, 1080, 1920)]
    [InlineData(2, 9, 3000)]
    [InlineData(1, 1, 1)]
    public void However_large_a_level_is_its_picture_stays_small(int t, int h, int w)
    {
        PreviewStrip strip = PreviewStrip.Of(new Volume<byte>(new Extent(t, h, w), 3));
        Assert.InRange(strip.Size.T, 1, Math.Min(t, 48));
        Assert.InRange(strip.Size.H, 1, 144);
        Assert.InRange(strip.Size.Count, 1, 600_000);
        byte[] png = strip.Encode();
        Assert.Equal((strip.Size.W, strip.Size.T * strip.Size.H), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
    }

    private static async Task<Clip> DecodeAsync(byte[] png)
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, png);
            return (await ClipReader.ReadAsync(path, new ReadOptions { Still = true })).Clip;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
