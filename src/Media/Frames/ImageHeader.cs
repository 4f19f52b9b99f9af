using System.Buffers.Binary;

namespace Vgpnn.Media.Frames;

/// <summary>Reads an image's size from its header, so that a directory of frames is checked before anything is decoded.</summary>
internal static class ImageHeader
{
    // A JPEG file has a few dozen segments before its size; a forged one could have millions.
    private const int MostSegments = 4000;

    /// <summary>The size that the header states; null where the header makes no sense.</summary>
    public static Size? Read(FileKind kind, Stream image)
    {
        try
        {
            Size size = kind switch
            {
                FileKind.Png => Big(image, 16),
                FileKind.Bmp => Bitmap(image),
                FileKind.Jpeg => Jpeg(image),
                FileKind.Webp => Webp(image),
                FileKind.Tiff => Tiff(image),
                _ => default,
            };
            return size is { Width: > 0, Height: > 0 } ? size : null;
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    private static Size Big(Stream image, int offset)
    {
        byte[] b = At(image, offset, 8);
        return new Size(BinaryPrimitives.ReadInt32BigEndian(b), BinaryPrimitives.ReadInt32BigEndian(b.AsSpan(4)));
    }

    private static Size Bitmap(Stream image)
    {
        byte[] b = At(image, 14, 12);
        if (BinaryPrimitives.ReadInt32LittleEndian(b) == 12)
            return new Size(BinaryPrimitives.ReadUInt16LittleEndian(b.AsSpan(4)), BinaryPrimitives.ReadUInt16LittleEndian(b.AsSpan(6)));

        // A negative height tells that the rows go from top to bottom.
        int height = BinaryPrimitives.ReadInt32LittleEndian(b.AsSpan(8));
        return new Size(BinaryPrimitives.ReadInt32LittleEndian(b.AsSpan(4)), height == int.MinValue ? 0 : Math.Abs(height));
    }

    private static Size Jpeg(Stream image)
    {
        long offset = 2;
        for (int segment = 0; segment < MostSegments; segment++)
        {
            byte[] b = At(image, offset, 4);
            if (b[0] != 0xFF) return default;
            int marker = b[1];
            if (marker == 0xFF)
            {
                // A fill byte before the marker.
                offset++;
                continue;
            }

            // SOF0 … SOF15 hold the size, except for three other markers that lie between them.
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                b = At(image, offset + 5, 4);
                return new Size(BinaryPrimitives.ReadUInt16BigEndian(b.AsSpan(2)), BinaryPrimitives.ReadUInt16BigEndian(b));
            }

            offset += 2 + BinaryPrimitives.ReadUInt16BigEndian(b.AsSpan(2));
        }

        return default;
    }

    private static Size Webp(Stream image)
    {
        byte[] b = At(image, 12, 18);
        return b[3] switch
        {
            (byte)'X' => new Size(1 + Little24(b, 12), 1 + Little24(b, 15)),
            (byte)'L' => new Size(
                1 + (int)(BinaryPrimitives.ReadUInt32LittleEndian(b.AsSpan(9)) & 0x3FFF),
                1 + (int)((BinaryPrimitives.ReadUInt32LittleEndian(b.AsSpan(9)) >> 14) & 0x3FFF)),
            _ => new Size(
                BinaryPrimitives.ReadUInt16LittleEndian(b.AsSpan(14)) & 0x3FFF,
                BinaryPrimitives.ReadUInt16LittleEndian(b.AsSpan(16)) & 0x3FFF),
        };
    }

    private static Size Tiff(Stream image)
    {
        byte[] b = At(image, 0, 8);
        bool little = b[0] == (byte)'I';
        long directory = U32(b.AsSpan(4));
        int entries = U16(At(image, directory, 2));
        int width = 0, height = 0;
        for (int i = 0; i < entries; i++)
        {
            ReadOnlySpan<byte> entry = At(image, directory + 2 + (12L * i), 12);
            uint value = U16(entry[2..]) == 3 ? (uint)U16(entry[8..]) : U32(entry[8..]);
            int tag = U16(entry);
            if (tag == 256) width = (int)Math.Min(value, int.MaxValue);
            if (tag == 257) height = (int)Math.Min(value, int.MaxValue);
        }

        return new Size(width, height);

        int U16(ReadOnlySpan<byte> s) => little ? BinaryPrimitives.ReadUInt16LittleEndian(s) : BinaryPrimitives.ReadUInt16BigEndian(s);
        uint U32(ReadOnlySpan<byte> s) => little ? BinaryPrimitives.ReadUInt32LittleEndian(s) : BinaryPrimitives.ReadUInt32BigEndian(s);
    }

    private static int Little24(byte[] b, int i) => b[i] | (b[i + 1] << 8) | (b[i + 2] << 16);

    private static byte[] At(Stream image, long offset, int count)
    {
        if (offset + count > image.Length) throw new EndOfStreamException();
        byte[] bytes = new byte[count];
        image.Position = offset;
        image.ReadExactly(bytes);
        return bytes;
    }
}
