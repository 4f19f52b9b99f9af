using System.Buffers.Binary;
using System.Text;

namespace Vgpnn.Media.Frames;

/// <summary>What a file is by its first bytes, whatever its name says.</summary>
internal enum FileKind
{
    Unknown,
    Mp4,
    Matroska,
    Avi,
    Gif,
    Png,
    Jpeg,
    Bmp,
    Webp,
    Tiff,
    Heif,
    Text,
    Playlist,
}

/// <summary>Looks at a file's first bytes before ffmpeg may: only what is known here is ever handed on.</summary>
internal static class MagicBytes
{
    /// <summary>Bytes worth reading.</summary>
    public const int Length = 512;

    /// <summary>What begins with these bytes.</summary>
    public static FileKind Identify(ReadOnlySpan<byte> head)
    {
        if (Begins(head, 0x1A, 0x45, 0xDF, 0xA3)) return FileKind.Matroska;
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)) return FileKind.Gif;
        if (Begins(head, 0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10)) return FileKind.Png;
        if (Begins(head, 0xFF, 0xD8, 0xFF)) return FileKind.Jpeg;
        if (Begins(head, (byte)'I', (byte)'I', 42, 0) || Begins(head, (byte)'M', (byte)'M', 0, 42)) return FileKind.Tiff;
        if (head.StartsWith("RIFF"u8) && head.Length >= 12)
        {
            if (head[8..].StartsWith("AVI "u8)) return FileKind.Avi;
            if (head[8..].StartsWith("WEBP"u8)) return FileKind.Webp;
        }

        // The four reserved bytes of a bitmap are zero; "BM" alone could be a text.
        if (head.StartsWith("BM"u8) && head.Length >= 10 && BinaryPrimitives.ReadInt32LittleEndian(head[6..]) == 0) return FileKind.Bmp;
        return Boxes(head) ?? Words(head);
    }

    private static bool Begins(ReadOnlySpan<byte> head, params ReadOnlySpan<byte> bytes) => head.StartsWith(bytes);

    private static FileKind? Boxes(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12) return null;
        switch (Encoding.Latin1.GetString(head[4..8]))
        {
            case "ftyp":
                return Encoding.Latin1.GetString(head[8..12]) is "heic" or "heix" or "mif1" or "avif" ? FileKind.Heif : FileKind.Mp4;
            case "moov" or "mdat" or "free" or "skip" or "wide" or "pnot":
                return FileKind.Mp4;
            default:
                return null;
        }
    }

    private static FileKind Words(ReadOnlySpan<byte> head)
    {
        // The head may end within a character, which is then no sign of anything.
        string text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n').TrimEnd('\uFFFD');
        if (text.Any(c => c == '\uFFFD' || (char.IsControl(c) && !char.IsWhiteSpace(c)))) return FileKind.Unknown;
        string[] lists = ["#EXTM3U", "ffconcat", "file ", "[playlist]", "[Reference]", "v=0", "<MPD", "<ASX", "<smil", "http:", "https:", "rtsp:"];
        return lists.Any(l => text.StartsWith(l, StringComparison.OrdinalIgnoreCase)) || text.Contains("<MPD", StringComparison.Ordinal)
            ? FileKind.Playlist
            : FileKind.Text;
    }
}
