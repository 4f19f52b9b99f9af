using System.Diagnostics;
using System.Globalization;
using System.Numerics;

namespace Vgpnn.Render;

/// <summary>Samples a scene and hands the frames to ffmpeg.</summary>
internal static class Film
{
    public const int Width = 256;
    public const int Height = 144;
    private const int FramesPerSecond = 12;

    /// <summary>Points per pixel along each axis.</summary>
    private const int Supersampling = 4;

    /// <summary>Renders a scene into an H.264 file.</summary>
    public static void Write(IScene scene, string path)
    {
        using Process ffmpeg = StartEncoder(path);
        using (Stream pipe = ffmpeg.StandardInput.BaseStream)
        {
            for (int frame = 0; frame < scene.Frames; frame++)
                pipe.Write(Expose(scene.At(frame)));
        }

        ffmpeg.WaitForExit();
        if (ffmpeg.ExitCode != 0)
            throw new InvalidOperationException($"ffmpeg could not write {path}.");
    }

    // One thread, and no version in the file: then the same ffmpeg gives the same bytes on every machine.
    private static Process StartEncoder(string path)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");
        string rate = FramesPerSecond.ToString(CultureInfo.InvariantCulture);
        string[] arguments =
        [
            "-nostdin", "-v", "error", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", rate, "-i", "-",
            "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p",
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
            "-c:v", "libx264", "-preset", "veryslow", "-crf", "14", "-threads", "1", "-fflags", "+bitexact",
            "-movflags", "+faststart", path,
        ];
        return Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardInput = true })!;
    }

    private static byte[] Expose(Func<Vector2, Vector3> light)
    {
        var pixels = new byte[Width * Height * 3];
        Parallel.For(0, Height, y =>
        {
            for (int x = 0; x < Width; x++)
            {
                Vector3 colour = Paint.Encode(Average(light, x, y));
                for (int channel = 0; channel < 3; channel++)
                    pixels[(((y * Width) + x) * 3) + channel] = (byte)Math.Clamp((colour[channel] * 255) + 0.5f, 0, 255);
            }
        });
        return pixels;
    }

    private static Vector3 Average(Func<Vector2, Vector3> light, int x, int y)
    {
        Vector3 sum = Vector3.Zero;
        for (int i = 0; i < Supersampling * Supersampling; i++)
        {
            var within = new Vector2((i % Supersampling) + 0.5f, (i / Supersampling) + 0.5f);
            // Cut at white before averaging, or the edges of bright things turn jagged.
            sum += Vector3.Min(light(new Vector2(x, y) + (within / Supersampling)), Vector3.One);
        }

        return sum / (Supersampling * Supersampling);
    }
}
