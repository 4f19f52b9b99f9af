namespace Vgpnn.Kernels.Volumes;

/// <summary>Converts between RGB bytes and RGB floats; byte b is the float (b/255)·2 − 1.</summary>
public static class ColourConversion
{
    private static readonly float[] Table = [.. Enumerable.Range(0, 256).Select(b => ((b / 255f) * 2f) - 1f)];

    /// <summary>Converts a byte to a float in [−1, 1].</summary>
    public static float ToFloat(byte b) => Table[b];

    /// <summary>
    /// Converts a float to the nearest byte, rounding as the official program does on saving: (x + 1)/2 · 255 + 0.5, clamped to [0, 255] and truncated.
    /// </summary>
    public static byte ToByte(float x) => (byte)Math.Clamp(((x + 1f) / 2f * 255f) + 0.5f, 0f, 255f);

    /// <summary>Converts a T×H×W×C volume of bytes to floats in [−1, 1].</summary>
    public static Volume<float> ToFloat(Volume<byte> volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        var floats = new Volume<float>(volume.Extent, volume.Channels);
        Span<float> target = floats.Samples;
        ReadOnlySpan<byte> source = volume.Samples;
        for (int i = 0; i < source.Length; i++) target[i] = Table[source[i]];
        return floats;
    }
}
