using System.Numerics;

namespace Vgpnn.Render;

/// <summary>The water of a pond: pebbles on the ground, the net of light on them, and the sky on the surface.</summary>
internal static class Pond
{
    public static readonly Vector3 Water = Paint.Hex(0x2b8583);
    private static readonly Vector3 Deep = Paint.Hex(0x17606c);
    private static readonly Vector3 PebbleLight = Paint.Hex(0x9fbfa6);
    private static readonly Vector3 SunLight = Paint.Hex(0xd9f5d8);
    private static readonly Vector3 Sky = Paint.Hex(0xcdeaf2);

    /// <summary>How far the surface moves what lies under it, in pixels.</summary>
    public static Vector2 Refraction(Vector2 p, float frame) => new(
        0.7f * MathF.Sin((p.Y * 0.16f) + (p.X * 0.05f) + (0.42f * frame)),
        0.6f * MathF.Sin((p.X * 0.14f) - (p.Y * 0.06f) + (0.36f * frame)));

    /// <summary>The ground as seen through the water.</summary>
    public static Vector3 Bottom(Vector2 p, float frame)
    {
        float depth = Noise.Fractal(p / 70, 3, 3);
        Vector3 colour = Vector3.Lerp(Water, Deep, Paint.Smooth(0.3f, 0.72f, depth));

        (Vector2 offset, float random) = Noise.NearestPoint(p / 7, 5);
        float pebble = Paint.Smooth(0.62f, 0.3f, offset.Length()) * (0.35f + (0.65f * random));
        float lit = 1 + (0.8f * Vector2.Dot(offset, new Vector2(0.6f, 0.7f)));
        colour = Vector3.Lerp(colour, PebbleLight * lit, pebble * 0.42f * Paint.Smooth(0.8f, 0.3f, depth));

        return colour + (SunLight * 0.55f * LightNet(p, frame));
    }

    /// <summary>Lays the reflection of the sky over what is under water.</summary>
    public static Vector3 Surface(Vector3 colour, Vector2 p, float frame)
    {
        Vector2 moved = Turned(p) + new Vector2(0.25f * frame, 0);
        float gleam = Noise.Fractal(new Vector2(moved.X / 60, moved.Y / 13), 3, 70);
        return Vector3.Lerp(colour, Sky, 0.32f * Paint.Smooth(0.64f, 0.9f, gleam));
    }

    // The surface bundles the light of the sun along the seams of cells that keep changing shape.
    private static float LightNet(Vector2 p, float frame)
    {
        Vector2 q = p + (4 * new Vector2(Noise.Value(p / 15, 60), Noise.Value(p / 15, 61)));
        float a = Noise.NearestPoint(q / 21, 62, 0.09f * frame).Offset.Length();
        float b = Noise.NearestPoint((Turned(q) / 17) + new Vector2(0.01f * frame, 0), 64, -0.11f * frame).Offset.Length();
        float seam = MathF.Min(a, b) * 1.5f;
        return seam * seam * seam * seam;
    }

    private static Vector2 Turned(Vector2 p) => Paint.Turn(p, new Vector2(0.88f, -0.47f));
}
