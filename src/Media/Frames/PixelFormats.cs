using System.Globalization;

namespace Vgpnn.Media.Frames;

/// <summary>Reads ffmpeg's names of pixel formats.</summary>
internal static class PixelFormats
{
    private static readonly string[] WithAlpha = ["rgba", "bgra", "argb", "abgr", "yuva", "gbrap", "ayuv", "vuya", "ya8", "ya16"];

    /// <summary>Bits per component: 8 for yuv420p, 10 for yuv420p10le and p010le, 16 for rgb48be, 32 for gbrpf32le.</summary>
    public static int Depth(string format)
    {
        string name = format.EndsWith("le", StringComparison.Ordinal) || format.EndsWith("be", StringComparison.Ordinal) ? format[..^2] : format;
        string digits = name[(name.Length - name.Reverse().TakeWhile(char.IsAsciiDigit).Count())..];
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return 8;

        // The first digits of p010, y210 and the like tell of chroma; rgb48 and rgba64 count all components, nv12 and nv20 all of a pixel.
        return (number % 100) switch
        {
            12 or 16 when format.StartsWith("nv", StringComparison.Ordinal) => 8,
            9 or 10 or 12 or 14 or 16 or 32 => number % 100,
            20 or 30 => 10,
            36 => 12,
            48 or 64 => 16,
            _ => 8,
        };
    }

    /// <summary>Whether pixels can be transparent.</summary>
    public static bool HasAlpha(string format) =>
        format is "pal8" || WithAlpha.Any(a => format.StartsWith(a, StringComparison.Ordinal));
}
