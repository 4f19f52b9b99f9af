using Vgpnn.Kernels;

namespace Vgpnn.Testing;

/// <summary>Seeded test volumes.</summary>
internal static class RandomVolume
{
    /// <summary>Independent samples, uniform in [−1, 1].</summary>
    public static Volume<float> Noise(Extent extent, int channels, int seed)
    {
        var random = new Random(seed);
        var volume = new Volume<float>(extent, channels);
        foreach (ref float sample in volume.Samples) sample = (random.NextSingle() * 2f) - 1f;
        return volume;
    }

    /// <summary>Whole numbers from 0 to <paramref name="levels"/> − 1: distances are exact, and there are many ties.</summary>
    public static Volume<float> Integers(Extent extent, int channels, int levels, int seed)
    {
        var random = new Random(seed);
        var volume = new Volume<float>(extent, channels);
        foreach (ref float sample in volume.Samples) sample = random.Next(levels);
        return volume;
    }

    /// <summary>A few soft blobs that move, each in its own way: what patches of real clips look like.</summary>
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
