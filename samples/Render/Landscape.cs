using System.Numerics;

namespace Vgpnn.Render;

/// <summary>Wooded hills behind each other in the haze of an early morning, under a sky with drifting clouds.</summary>
internal static class Landscape
{
    private const float HillTop = 74;
    private static readonly Vector2 Sun = new(212, 70);
    private static readonly Vector3[] Sky = Paint.Palette(0x3f7fc4, 0x74aadb, 0xb4d3ea, 0xf6e3c8, 0xffd29c);
    private static readonly Vector3 Haze = Paint.Hex(0xf3dcc4);
    private static readonly Vector3 SunLight = Paint.Hex(0xffc27a);
    private static readonly Vector3 Autumn = new(2.1f, 1.35f, 0.6f);
    private static readonly Vector3 CloudLit = Paint.Hex(0xfff4e4);
    private static readonly Vector3 CloudShade = Paint.Hex(0xbcc6de);

    // Far to near: the ridge's height, how far it rises and falls, how wide its humps are, its colour, the size of its trees.
    private static readonly Hill[] Hills =
    [
        new(84, 9, 34, Paint.Hex(0xa7b3d0), 0),
        new(94, 9, 40, Paint.Hex(0x8aa3b8), 0),
        new(105, 10, 46, Paint.Hex(0x7c9c86), 3.2f),
        new(118, 10, 54, Paint.Hex(0x64884a), 4.2f),
        new(133, 9, 64, Paint.Hex(0x4d7536), 5.5f),
    ];

    /// <summary>The light at a point; the frame moves the clouds.</summary>
    public static Vector3 At(Vector2 p, float frame)
    {
        for (int i = Hills.Length - 1; i >= 0 && p.Y > HillTop; i--)
        {
            float depth = p.Y - Ridge(p.X, i);
            if (depth > 0)
                return Ground(p, i, depth);
        }

        return SkyAt(p, frame);
    }

    private static float Ridge(float x, int index)
    {
        Hill hill = Hills[index];
        float shape = Noise.Fractal(new Vector2(x / hill.Width, index * 7.3f), 3, 11);
        float crowns = hill.TreeSize * 0.5f * Noise.Value(new Vector2(x / (hill.TreeSize + 1.5f) * 1.6f, index), 12);
        return hill.Height - (hill.Relief * ((shape * 2) - 1) * 1.6f) - crowns;
    }

    private static Vector3 Ground(Vector2 p, int index, float depth)
    {
        Hill hill = Hills[index];
        Vector3 colour = hill.Colour * (0.8f + (0.4f * Noise.Fractal(p / 17, 3, 20 + index)));
        if (hill.TreeSize > 0)
            colour *= Woods(p, hill.TreeSize, 30 + index);

        // Mist lies in the valleys, and more of it the farther away they are.
        float mist = Paint.Smooth(2, 24, depth) * (0.8f - (0.15f * index));
        float glow = MathF.Exp(-MathF.Abs(p.X - Sun.X) / 80) * (0.34f - (0.06f * index));
        return Vector3.Lerp(Vector3.Lerp(colour, Haze, mist), SunLight, glow * Paint.Smooth(22, 0, depth));
    }

    // Round tree tops of many greens, lit from the right, with soft shade between them.
    private static Vector3 Woods(Vector2 p, float size, int seed)
    {
        (Vector2 offset, float random) = Noise.NearestPoint(new Vector2(p.X, p.Y * 1.4f) / size, seed);
        float lit = 0.92f + (0.6f * Vector2.Dot(-offset, new Vector2(0.75f, -0.66f)));
        float crown = lit * (0.5f + (0.5f * Paint.Smooth(0.95f, 0.35f, offset.Length())));
        return crown * (0.8f + (0.4f * random)) * Vector3.Lerp(Vector3.One, Autumn, random * random * 0.8f);
    }

    private static Vector3 SkyAt(Vector2 p, float frame)
    {
        Vector3 colour = Paint.Gradient(Sky, p.Y / 92);
        float distance = Vector2.Distance(p, Sun);
        colour += SunLight * ((0.55f * MathF.Exp(-distance / 26)) + (0.9f * Paint.Smooth(8, 6, distance)));

        var drifted = new Vector2(p.X - (0.35f * frame), p.Y);
        float cloud = Cloud(drifted);
        float towardsSun = Cloud(drifted + new Vector2(3, 1.5f));
        Vector3 lit = Vector3.Lerp(CloudLit, CloudShade, Math.Clamp(0.35f + ((towardsSun - cloud) * 1.2f) + (cloud * 0.35f), 0, 1));
        return Vector3.Lerp(colour, lit, cloud * 0.9f);
    }

    private static float Cloud(Vector2 p)
    {
        float cover = Noise.Fractal(new Vector2(p.X / 34, p.Y / 15), 5, 47);
        float band = Paint.Smooth(-12, 10, p.Y) * Paint.Smooth(80, 42, p.Y);
        return Paint.Smooth(0.47f, 0.68f, cover) * band;
    }

    private sealed record Hill(float Height, float Relief, float Width, Vector3 Colour, float TreeSize);
}
