using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests.Stills;

/// <summary>Pictures as ffmpeg reads them.</summary>
internal static class Picture
{
    /// <summary>A picture as a clip of one frame.</summary>
    public static async Task<Clip> DecodeAsync(byte[] picture)
    {
        using var folder = new MediaFolder();
        await File.WriteAllBytesAsync(folder["picture"], picture);

        // ffmpeg itself, because clips have a least size.
        folder.Ffmpeg("-i picture -pix_fmt rgb24 -f rawvideo pixels");
        byte[] pixels = await File.ReadAllBytesAsync(folder["pixels"]);
        (int width, int height) = picture[0] == 'R' ? WebPSize(picture) : PngSize(picture);
        return new Clip([pixels], width, height, new FrameRate(1, 1));
    }

    // The frame header of lossy WebP: 14 bits of width and of height after the start code 9D 01 2A.
    private static (int Width, int Height) WebPSize(ReadOnlySpan<byte> picture)
    {
        int at = picture.IndexOf((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]) + 3;
        return ((picture[at] | (picture[at + 1] << 8)) & 0x3FFF, (picture[at + 2] | (picture[at + 3] << 8)) & 0x3FFF);
    }

    private static (int Width, int Height) PngSize(ReadOnlySpan<byte> picture) => (
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(picture[16..]), System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(picture[20..]));
}
