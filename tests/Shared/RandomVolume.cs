using System.Numerics;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Testing;

/// <summary>Seeded test volumes.</summary>
internal static class RandomVolume
{
    /// <summary>Independent components, uniform in [−1, 1].</summary>
    public static Volume<float> Noise(Extent extent, int channels, int seed)
    {
        var random = new Random(seed);
        var volume = new Volume<float>(extent, channels);
        foreach (ref float sample in volume.Samples) sample = (random.NextSingle() * 2f) - 1f;
        return volume;
    }

    /// <summary>Independent components: floats uniform in [−1, 1], or bytes of all values.</summary>
    public static Volume<T> Noise<T>(Extent extent, int channels, int seed)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return (Volume<T>)(Volume)Noise(extent, channels, seed);
        var volume = new Volume<byte>(extent, channels);
        new Random(seed).NextBytes(volume.Samples);
        return (Volume<T>)(Volume)volume;
    }

    /// <summary>The same values as floats: bytes keep their scale of 0 to 255.</summary>
    public static Volume<float> Plain(this Volume volume)
    {
        if (volume is Volume<float> floats) return floats;
        var plain = new Volume<float>(volume.Extent, volume.Channels);
        ReadOnlySpan<byte> source = ((Volume<byte>)volume).Samples;
        for (int i = 0; i < source.Length; i++) plain.Samples[i] = source[i];
        return plain;
    }

    /// <summary>Integers from 0 to <paramref name="levels"/> − 1: distances are exact, and there are many ties.</summary>
    public static Volume<T> Integers<T>(Extent extent, int channels, int levels, int seed)
        where T : unmanaged, INumberBase<T>
    {
        var random = new Random(seed);
        var volume = new Volume<T>(extent, channels);
        foreach (ref T sample in volume.Samples) sample = T.CreateChecked(random.Next(levels));
        return volume;
    }

    /// <summary><see cref="Blobs"/> of either type of component.</summary>
    public static Volume<T> Blobs<T>(Extent extent, int channels, int seed)
        where T : unmanaged
    {
        Volume<float> floats = Blobs(extent, channels, seed);
        if (typeof(T) == typeof(float)) return (Volume<T>)(Volume)floats;
        var bytes = new Volume<byte>(extent, channels);
        for (int i = 0; i < bytes.Count; i++) bytes.Samples[i] = ColourConversion.ToByte(floats.Samples[i]);
        return (Volume<T>)(Volume)bytes;
    }

    /// <summary>A few soft blobs that move independently; their patches resemble those of real clips.</summary>
    public static Volume<float> Blobs(Extent extent, int channels, int seed)
    {
        var random = new Random(seed);
        var volume = new Volume<float>(extent, channels);
        var blobs = Enumerable.Range(0, 6).Select(_ => new
        {
            H = random.NextSingle() * extent.H,
            W = random.NextSingle() * extent.W,
            Dh = random.NextSingle() - 0.5f,
            Dw = random.NextSingle() - 0.5f,
            Radius = 1.5f + (random.NextSingle() * extent.ShortSide / 4f),
            Colour = Enumerable.Range(0, channels).Select(_ => (random.NextSingle() * 2f) - 1f).ToArray(),
        }).ToArray();
        for (int t = 0; t < extent.T; t++)
        {
            for (int h = 0; h < extent.H; h++)
            {
                Span<float> row = volume.Row(t, h);
                for (int w = 0; w < extent.W; w++)
                {
                    foreach (var blob in blobs)
                    {
                        float dh = h - blob.H - (t * blob.Dh), dw = w - blob.W - (t * blob.Dw);
                        float weight = MathF.Exp(-((dh * dh) + (dw * dw)) / (blob.Radius * blob.Radius));
                        for (int c = 0; c < channels; c++) row[(w * channels) + c] += weight * blob.Colour[c];
                    }
                }
            }
        }

        return volume;
    }
}
