using System.Buffers.Binary;
using System.IO.Compression;

namespace Vgpnn.Media;

/// <summary>Writes small pictures without a process of their own: 8-bit RGB, no interlacing (PNG, ISO/IEC 15948).</summary>
public static class PngImage
{
    private const byte Rgb = 2, Sub = 1;

    private static readonly uint[] Crcs = [.. Enumerable.Range(0, 256).Select(Crc)];

    /// <summary>A picture as a PNG file.</summary>
    /// <param name="pixels">Rows from top to bottom, three bytes a pixel.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <exception cref="ArgumentException">The pixels are not 3·width·height bytes.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height)
    {
        if (width < 1 || height < 1 || pixels.Length != 3L * width * height) throw new ArgumentException("the pixels have the wrong length", nameof(pixels));
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;
        header[9] = Rgb;
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, Compressed(pixels, 3 * width, height));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    // Each byte less the one of the pixel before it: smooth pictures become small numbers.
    private static byte[] Compressed(ReadOnlySpan<byte> pixels, int stride, int height)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[stride + 1];
            row[0] = Sub;
            for (int h = 0; h < height; h++)
            {
                ReadOnlySpan<byte> source = pixels.Slice(h * stride, stride);
                for (int i = 0; i < stride; i++) row[i + 1] = (byte)(source[i] - (i < 3 ? 0 : source[i - 3]));
                zlib.Write(row);
            }
        }

        return compressed.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(name);
        file.Write(content);
        uint crc = Add(Add(uint.MaxValue, name), content) ^ uint.MaxValue;
        BinaryPrimitives.WriteUInt32BigEndian(number, crc);
        file.Write(number);
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes) crc = Crcs[(byte)(crc ^ b)] ^ (crc >> 8);
        return crc;
    }

    private static uint Crc(int value)
    {
        uint crc = (uint)value;
        for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : 0xEDB88320 ^ (crc >> 1);
        return crc;
    }
}
