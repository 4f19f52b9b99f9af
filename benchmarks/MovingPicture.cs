using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Benchmarks;

/// <summary>
/// Two frames of a textured image with exactly known motion: the second frame is the texture itself, and the first samples it at the target
/// of each pixel. An optional foreground is a disc with its own texture and motion.
/// </summary>
internal sealed class MovingPicture
{
    private readonly int _height;
    private readonly int _width;
    private readonly Func<double, double, (double U, double V)> _motion;
    private readonly (double U, double V)? _disc;

    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="motion">Motion of the background at (x, y) of the first frame, in pixels.</param>
    /// <param name="disc">Motion of a disc in the centre, with a radius of a quarter of the shorter side; <c>null</c> for no disc.</param>
    public MovingPicture(int height, int width, Func<double, double, (double U, double V)> motion, (double U, double V)? disc = null) =>
        (_height, _width, _motion, _disc) = (height, width, motion, disc);

    /// <summary>Returns a test motion by name, at a size in pixels.</summary>
    public static MovingPicture Named(string motion, int height, int width) => motion switch
    {
        "still" => Translation(height, width, 0, 0),
        "shift (0.3, −0.4)" => Translation(height, width, 0.3, -0.4),
        "shift (3.5, −2.25)" => Translation(height, width, 3.5, -2.25),
        "shift (20, 12)" => Translation(height, width, 20, 12),
        "shift (45, −30)" => Translation(height, width, 45, -30),
        "rotation by 5°" => Rotation(height, width, 5, 1),
        "rotation by 15°" => Rotation(height, width, 15, 1),
        "zoom 1.1" => Rotation(height, width, 0, 1.1),
        "zoom 0.8" => Rotation(height, width, 0, 0.8),
        "disc by (12, 5)" => new(height, width, (_, _) => (-3, 2), (12, 5)),
        "disc by (30, 0)" => new(height, width, (_, _) => (0, 0), (30, 0)),
        _ => throw new ArgumentOutOfRangeException(nameof(motion)),
    };

    /// <summary>Returns a uniform translation in pixels.</summary>
    public static MovingPicture Translation(int height, int width, double u, double v) => new(height, width, (_, _) => (u, v));

    /// <summary>Returns a rotation about the centre in degrees, combined with scaling by a factor.</summary>
    public static MovingPicture Rotation(int height, int width, double degrees, double growth)
    {
        double c = growth * Math.Cos(degrees * Math.PI / 180), s = growth * Math.Sin(degrees * Math.PI / 180);
        double mx = (width - 1) / 2.0, my = (height - 1) / 2.0;
        return new(height, width, (x, y) => (((c - 1) * (x - mx)) - (s * (y - my)), (s * (x - mx)) + ((c - 1) * (y - my))));
    }

    /// <summary>Renders the two frames, 2×H×W×3.</summary>
    /// <param name="gain">Factor applied to the second frame's brightness.</param>
    /// <param name="offset">Added to the second frame after the gain, in grey levels.</param>
    public Volume<byte> Frames(double gain = 1, double offset = 0)
    {
        var video = new Volume<byte>(new Extent(2, _height, _width), 3);
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                (double u, double v) = Motion(x, y);
                Paint(video.Row(0, y).Slice(3 * x, 3), InDisc(x, y), x + u, y + v, 1, 0);
                bool disc = _disc is { } d && InDisc(x - d.U, y - d.V);
                Paint(video.Row(1, y).Slice(3 * x, 3), disc, x, y, gain, offset);
            }
        }

        return video;
    }

    /// <summary>Returns the end-point error: the mean distance between an estimated flow and the true motion, in pixels.</summary>
    /// <param name="flow">Estimated flow, 1×H×W×2.</param>
    /// <param name="border">Pixels to exclude on every side; pixels that leave the frame are always excluded.</param>
    public double EndPointError(Volume<float> flow, int border = 0)
    {
        double sum = 0;
        int count = 0;
        for (int y = border; y < _height - border; y++)
        {
            for (int x = border; x < _width - border; x++)
            {
                (double u, double v) = Motion(x, y);
                if (x + u < 0 || x + u > _width - 1 || y + v < 0 || y + v > _height - 1) continue;
                Span<float> row = flow.Row(0, y);
                sum += Math.Sqrt(Math.Pow(row[2 * x] - u, 2) + Math.Pow(row[(2 * x) + 1] - v, 2));
                count++;
            }
        }

        return sum / Math.Max(1, count);
    }

    private (double U, double V) Motion(int x, int y) => InDisc(x, y) ? _disc!.Value : _motion(x, y);

    private bool InDisc(double x, double y)
    {
        double dx = x - (_width / 2.0), dy = y - (_height / 2.0);
        return _disc is not null && (dx * dx) + (dy * dy) < Math.Min(_height, _width) * Math.Min(_height, _width) / 16.0;
    }

    private static void Paint(Span<byte> rgb, bool disc, double x, double y, double gain, double offset)
    {
        for (int c = 0; c < 3; c++)
        {
            double value = Texture((disc ? 10 : 0) + c, x, y);
            rgb[c] = (byte)Math.Clamp((gain * value) + offset + 0.5, 0, 255);
        }
    }

    // Smooth noise on grids with a spacing of 40 to 5 pixels.
    private static double Texture(int layer, double x, double y)
    {
        double value = 128, strength = 70;
        for (int cell = 40; cell >= 5; cell /= 2, strength *= 0.65)
            value += strength * Noise((uint)((layer * 64) + cell), x / cell, y / cell);
        return value;
    }

    private static double Noise(uint seed, double x, double y)
    {
        double x0 = Math.Floor(x), y0 = Math.Floor(y), fx = Smooth(x - x0), fy = Smooth(y - y0);
        double above = Corner(0, 0) + (fx * (Corner(0, 1) - Corner(0, 0)));
        double below = Corner(1, 0) + (fx * (Corner(1, 1) - Corner(1, 0)));
        return above + (fy * (below - above));

        double Corner(int dy, int dx)
        {
            ulong place = ((ulong)(uint)((int)y0 + dy) << 24) ^ (uint)((int)x0 + dx + 0x4000);
            return ((Hash.Mix(((ulong)seed << 48) ^ place) >> 11) / (double)(1UL << 52)) - 1;
        }

        static double Smooth(double f) => f * f * f * ((f * ((f * 6) - 15)) + 10);
    }
}
