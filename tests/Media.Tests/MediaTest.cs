using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media.Tests;

/// <summary>A class of tests, each with a folder of its own.</summary>
public abstract class MediaTest : IDisposable
{
    protected MediaFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static async Task<Clip> ReadAsync(string path, ReadOptions? options = null) => (await ClipReader.ReadAsync(path, options)).Clip;

    /// <summary>The error that reading this gives; it must be fit to be shown.</summary>
    protected static async Task<VgpnnException> RefusedAsync(string path, string code, ReadOptions? options = null)
    {
        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(() => ClipReader.ReadAsync(path, options));
        Assert.Equal(code, e.Code);
        Assert.Equal(ErrorKind.Input, e.Kind);
        Assert.False(string.IsNullOrWhiteSpace(e.Hint), "a hint");
        Assert.DoesNotContain('\n', e.Message);
        Assert.False(e.Message.EndsWith('.'), e.Message);
        return e;
    }

    /// <summary>Red, green and blue of one pixel.</summary>
    protected static (byte R, byte G, byte B) Pixel(Clip clip, int t, int x, int y)
    {
        int at = 3 * ((y * clip.Width) + x);
        byte[] frame = clip.Frames[t];
        return (frame[at], frame[at + 1], frame[at + 2]);
    }

    protected static void Near((int R, int G, int B) expected, (byte R, byte G, byte B) actual, int tolerance = 3)
    {
        int worst = Math.Max(Math.Abs(expected.R - actual.R), Math.Max(Math.Abs(expected.G - actual.G), Math.Abs(expected.B - actual.B)));
        Assert.True(worst <= tolerance, $"expected about {expected}, got {actual}");
    }

    /// <summary>Frames of random bytes: whatever is lost on the way shows.</summary>
    protected static Clip Noise(int width, int height, int frames, int seed = 1, FrameRate? rate = null)
    {
        var random = new Random(seed);
        byte[][] data = new byte[frames][];
        for (int t = 0; t < frames; t++) random.NextBytes(data[t] = new byte[3 * width * height]);
        return new Clip(data, width, height, rate ?? new FrameRate(10, 1));
    }

    /// <summary>Frames of smooth colour that moves: what codecs keep well.</summary>
    protected static Clip Smooth(int width, int height, int frames, FrameRate? rate = null)
    {
        byte[][] data = new byte[frames][];
        for (int t = 0; t < frames; t++)
        {
            data[t] = new byte[3 * width * height];
            for (int i = 0; i < width * height; i++)
            {
                int x = i % width, y = i / width;
                data[t][3 * i] = (byte)(255 * x / width);
                data[t][(3 * i) + 1] = (byte)(255 * y / height);
                data[t][(3 * i) + 2] = (byte)(128 + (100 * Math.Sin((x + y + (4 * t)) / 20.0)));
            }
        }

        return new Clip(data, width, height, rate ?? new FrameRate(10, 1));
    }

    /// <summary>Mean absolute difference of all bytes.</summary>
    protected static double Difference(Clip a, Clip b)
    {
        Assert.Equal(a.Extent, b.Extent);
        return a.Frames.Zip(b.Frames, (f, g) => f.Zip(g, (p, q) => Math.Abs(p - q)).Average()).Average();
    }
}
