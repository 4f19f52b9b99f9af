using Vgpnn.Kernels.Volumes;
using Vgpnn.Media.Stills;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Testing;

namespace Vgpnn.Media.Tests.Stills;

public sealed class PreviewStripTests
{
    [Fact]
    public async Task Small_level_keeps_its_frames_and_size_one_frame_below_the_other()
    {
        Volume<byte> level = Clip.FromVolume(RandomVolume.Blobs(new Extent(5, 16, 26), 3, 1), new FrameRate(10, 1)).ToBytes();
        PreviewStrip strip = PreviewStrip.Of(level);
        Assert.Equal(level.Extent, strip.Size);
        Clip shown = await Picture.DecodeAsync(strip.Encode());
        Assert.Equal((26, 5 * 16), (shown.Width, shown.Height));

        // WebP halves the resolution of colours; the brightness of every frame is where it belongs.
        for (int t = 0; t < 5; t++)
            Assert.InRange(Math.Abs(Mean(level.Frame(t)) - Mean(shown.Frames[0].AsSpan(t * 3 * 16 * 26, 3 * 16 * 26))), 0, 4);
    }

    [Fact]
    public void Levels_of_floats_give_the_same_picture_as_their_bytes()
    {
        Volume floats = RandomVolume.Blobs(new Extent(3, 9, 14), 3, 2);
        Volume<byte> bytes = Clip.FromVolume(floats, new FrameRate(10, 1)).ToBytes();
        Assert.Equal(PreviewStrip.Of(bytes).Encode(), PreviewStrip.Of(floats).Encode());
    }

    [Theory]
    [InlineData(3000, 20, 40)]
    [InlineData(60, 270, 480)]
    [InlineData(48, 144, 86)]
    [InlineData(2, 9, 3000)]
    [InlineData(1, 1, 40_000)]
    [InlineData(1, 40_000, 1)]
    [InlineData(1, 1, 1)]
    public async Task Noise_of_every_size_stays_below_the_limit(int t, int h, int w)
    {
        var level = new Volume<byte>(new Extent(t, h, w), 3);
        new Random(1).NextBytes(level.Samples);
        PreviewStrip strip = PreviewStrip.Of(level);
        Assert.InRange(strip.Size.T, 1, Math.Min(t, 48));
        Assert.InRange(strip.Size.Count, 1, 600_000);
        byte[] picture = strip.Encode();
        Assert.InRange(picture.Length, 1, SmallPicture.MaxBytes);
        Clip shown = await Picture.DecodeAsync(picture);
        Assert.Equal(0, shown.Height % strip.Size.T);
    }

    private static double Mean(ReadOnlySpan<byte> values)
    {
        long sum = 0;
        foreach (byte value in values) sum += value;
        return (double)sum / values.Length;
    }
}
