using System.Numerics;

namespace Vgpnn.Render;

/// <summary>Paper lanterns that rise from a mountain lake at night and shimmer in it.</summary>
internal sealed class Lanterns : IScene
{
    private const float Shore = 101;
    private static readonly Vector3[] Sky = Paint.Palette(0x27337f, 0x4a4496, 0x7d529c, 0xc2668f, 0xf79070, 0xffcb8c);
    private static readonly Vector3 Star = Paint.Hex(0xdfe6ff);
    private static readonly Vector3 Water = Paint.Hex(0x07303f);

    // Far to near: the height of the ridge above the shore, the width of its peaks, its colour.
    private static readonly (float Height, float Width, Vector3 Colour)[] Mountains =
    [
        (27, 40, Paint.Hex(0x7a3f73)), (18, 30, Paint.Hex(0x412a5c)), (10, 17, Paint.Hex(0x171636)),
    ];

    // Far to near. Velocities in pixels a frame.
    private static readonly Lantern[] Fleet = Release();

    public string Name => "lanterns";

    public int Frames => 16;

    public Func<Vector2, Vector3> At(int frame) => point =>
    {
        if (point.Y < Shore)
            return PaintFleet(Backdrop(point), point, frame);

        // The lake mirrors what is above it; ripples, finer the farther away, break the picture into streaks.
        float depth = point.Y - Shore;
        float crest = 18 * MathF.Log(1 + (depth / 9));
        float ripple = Noise.Fractal(new Vector2(point.X / (9 + (0.5f * depth)), crest - (0.16f * frame)), 2, 140) - 0.5f;
        var mirrored = new Vector2(point.X + (ripple * (3 + (0.10f * depth))), Shore - (depth * 1.75f) - (ripple * (4 + (0.75f * depth))));
        Vector3 water = Vector3.Lerp(Backdrop(mirrored), Water, 0.88f);
        return Vector3.Lerp(PaintFleet(water, mirrored, frame), Water, 0.18f + (0.006f * depth));
    };

    private static Vector3 PaintFleet(Vector3 colour, Vector2 point, float frame)
    {
        foreach (Lantern lantern in Fleet)
            colour = lantern.PaintOver(colour, point, frame);
        return colour;
    }

    private static Vector3 Backdrop(Vector2 p)
    {
        for (int i = Mountains.Length - 1; i >= 0; i--)
        {
            (float height, float width, Vector3 tint) = Mountains[i];
            float shape = Noise.Fractal(new Vector2(p.X / width, i * 5.1f), 4, 120);
            float depth = p.Y - (Shore - (height * (0.35f + (1.1f * shape))));
            if (depth > 0)
                return Vector3.Lerp(tint, Sky[4], 0.3f * Paint.Smooth(0, 30, depth) * (1 - (0.3f * i)));
        }

        Vector3 colour = Paint.Gradient(Sky, p.Y / 92);
        float haze = Noise.Fractal(new Vector2(p.X / 60, p.Y / 18), 4, 130);
        colour *= 0.82f + (0.4f * haze);
        (Vector2 offset, float random) = Noise.NearestPoint(p / 11, 131);
        float star = Paint.Smooth(0.085f, 0.02f, offset.Length()) * random * random * Paint.Smooth(56, 16, p.Y);
        return colour + (Star * star);
    }

    private static Lantern[] Release()
    {
        const int count = 30;
        var fleet = new Lantern[count];
        for (int i = 0; i < count; i++)
        {
            // Near ones are few. A grid with jitter keeps them from crowding.
            float near = MathF.Pow((i + 0.5f) / count, 1.5f);
            float x = 256 * (((i * 0.618034f) + (0.1f * Noise.Hash(i, 0, 150))) % 1);
            float radius = 3.5f + (9 * near);
            float y = float.Lerp(92, 8, (Noise.Hash(i, 1, 150) * 0.75f) + (0.25f * (1 - near))) + (near * 16);
            fleet[i] = new Lantern(
                new Vector2(x, MathF.Min(y, Shore - 2 - (1.35f * radius))),
                new Vector2(
                    (Noise.Hash(i, 2, 150) - 0.5f) * (0.3f + (0.7f * near)),
                    -(0.25f + (0.75f * near)) * (0.75f + (0.5f * Noise.Hash(i, 3, 150)))),
                radius,
                Noise.Hash(i, 4, 150));
        }

        return fleet;
    }
}
