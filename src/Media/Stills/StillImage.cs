using SkiaSharp;

namespace Vgpnn.Media.Stills;

/// <summary>
/// Encodes single pictures in this process: 8-bit RGB, rows from top to bottom, three bytes per pixel. The same pixels give the
/// same bytes with the same version of the program. Nothing is decoded here: untrusted pictures are read by ffmpeg, in its sandbox.
/// </summary>
public static class StillImage
{
    /// <summary>Maximum number of rows, and of columns, of a WebP picture.</summary>
    public const int MaxWebPSide = 16_383;

    // One filter for all rows: choosing one per row takes a third longer and saves nothing on footage at this level.
    private static readonly SKPngEncoderOptions PngOptions = new(SKPngEncoderFilterFlags.Paeth, zLibLevel: 4);

    /// <summary>Encodes a picture as PNG: lossless, without an alpha channel.</summary>
    /// <param name="pixels">3·width·height bytes.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <exception cref="ArgumentException">The pixels have another length.</exception>
    public static byte[] Png(ReadOnlySpan<byte> pixels, int width, int height) =>
        Encode(pixels, width, height, map => map.Encode(PngOptions));

    /// <summary>Encodes a picture as lossy WebP.</summary>
    /// <param name="pixels">3·width·height bytes.</param>
    /// <param name="width">Columns, at most <see cref="MaxWebPSide"/>.</param>
    /// <param name="height">Rows, at most <see cref="MaxWebPSide"/>.</param>
    /// <param name="quality">0 (smallest) to 100.</param>
    /// <exception cref="ArgumentException">The pixels have another length, or the picture is too large for WebP.</exception>
    public static byte[] WebP(ReadOnlySpan<byte> pixels, int width, int height, int quality)
    {
        if (width > MaxWebPSide || height > MaxWebPSide) throw new ArgumentException("the picture is too large for WebP", nameof(pixels));
        return Encode(pixels, width, height, map => map.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, quality)));
    }

    private static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, Func<SKPixmap, SKData?> encode)
    {
        if (width < 1 || height < 1 || pixels.Length != 3L * width * height) throw new ArgumentException("the pixels have the wrong length", nameof(pixels));
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgb888x, SKAlphaType.Opaque));
        Widen(pixels, bitmap.GetPixelSpan());
        using SKPixmap map = bitmap.PeekPixels();
        using SKData data = encode(map) ?? throw new InvalidOperationException("the picture could not be encoded");
        return data.ToArray();
    }

    // The encoders take four bytes per pixel.
    private static void Widen(ReadOnlySpan<byte> source, Span<byte> target)
    {
        for (int from = 0, to = 0; from < source.Length; from += 3, to += 4)
        {
            target[to] = source[from];
            target[to + 1] = source[from + 1];
            target[to + 2] = source[from + 2];
            target[to + 3] = byte.MaxValue;
        }
    }
}
