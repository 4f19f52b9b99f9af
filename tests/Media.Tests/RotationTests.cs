using System.Buffers.Binary;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

public class RotationTests : MediaTest
{
    private const string RedTopLeft = "-f lavfi -i color=black:s=64x48:r=10,drawbox=0:0:32:24:red:fill -frames:v 3";

    [Fact]
    public async Task A_rotated_mp4_is_read_as_it_is_shown()
    {
        string path = Folder.Ffmpeg($"{RedTopLeft} -c:v libx264 -qp 1 -pix_fmt yuv444p clip.mp4");
        Turn(path);

        ReadResult result = await ClipReader.ReadAsync(path);

        Assert.Equal(new(3, 64, 48), result.Clip.Extent);
        Assert.Equal((48, 64), (result.Info.Width, result.Info.Height));
        Near((255, 0, 0), Pixel(result.Clip, 0, 40, 8), 12);
        Near((0, 0, 0), Pixel(result.Clip, 0, 8, 8), 12);
        Near((0, 0, 0), Pixel(result.Clip, 0, 40, 56), 12);
    }

    [Fact]
    public async Task A_maximum_height_counts_after_rotation()
    {
        string path = Folder.Ffmpeg($"{RedTopLeft} -c:v libx264 -qp 1 -pix_fmt yuv444p clip.mp4");
        Turn(path);

        Clip clip = await ReadAsync(path, new ReadOptions { MaxHeight = 32 });

        Assert.Equal(new(3, 32, 24), clip.Extent);
        Near((255, 0, 0), Pixel(clip, 0, 20, 4), 12);
    }

    [Fact]
    public async Task Photographs_that_were_taken_upright_are_read_as_they_are_shown()
    {
        Directory.CreateDirectory(Folder["frames"]);
        for (int i = 1; i <= 3; i++)
        {
            string plain = Folder.Ffmpeg($"{RedTopLeft} -frames:v 1 -q:v 2 plain.jpg");
            File.WriteAllBytes(Folder[$"frames/{i}.jpg"], WithOrientation(File.ReadAllBytes(plain), 6));
        }

        Clip clip = await ReadAsync(Folder["frames"]);

        Assert.Equal(new(3, 64, 48), clip.Extent);
        Near((255, 0, 0), Pixel(clip, 0, 40, 8), 12);
    }

    // Writes the display matrix of a quarter turn to the right into the track header.
    private static void Turn(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int matrix = file.AsSpan().IndexOf("tkhd"u8) + 44;
        int[] quarter = [0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30];
        for (int i = 0; i < quarter.Length; i++) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(matrix + (4 * i)), quarter[i]);
        File.WriteAllBytes(path, file);
    }

    private static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            .. "Exif\0\0"u8, .. "II*\0"u8, 8, 0, 0, 0,
            1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0,
            0, 0, 0, 0,
        ];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }
}
