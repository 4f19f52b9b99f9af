using System.Security.Cryptography;
using Vgpnn.Media.Stills;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests.Stills;

public sealed class StillImageTests : MediaTest
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(37, 5)]
    [InlineData(320, 180)]
    public async Task Png_keeps_every_pixel(int width, int height)
    {
        Clip noise = Noise(width, height, 1);
        Clip shown = await Picture.DecodeAsync(StillImage.Png(noise.Frames[0], width, height));
        Assert.Equal((width, height), (shown.Width, shown.Height));
        Assert.Equal(noise.Frames[0], shown.Frames[0]);
    }

    [Fact]
    public void Png_bytes_do_not_depend_on_the_run_or_thread()
    {
        byte[] pixels = Smooth(64, 48, 1).Frames[0];
        string[] hashes = [.. Enumerable.Range(0, 8).AsParallel().Select(_ => Convert.ToHexString(SHA256.HashData(StillImage.Png(pixels, 64, 48))))];
        Assert.Single(hashes.Distinct());
    }

    [Theory]
    [InlineData(256, 144)]
    [InlineData(1920, 1080)]
    [InlineData(40_000, 3)]
    public void Pictures_of_noise_stay_below_the_limit(int width, int height) =>
        Assert.InRange(SmallPicture.Encode(Noise(width, height, 1).Frames[0], width, height).Length, 1, SmallPicture.MaxBytes);

    [Fact]
    public void Pixels_of_another_length_are_rejected() => Assert.Throws<ArgumentException>(() => StillImage.Png(new byte[10], 2, 2));

    [Fact]
    public void Pictures_that_are_too_large_for_webp_are_rejected() =>
        Assert.Throws<ArgumentException>(() => StillImage.WebP(new byte[3 * 16_384], 16_384, 1, 50));
}
