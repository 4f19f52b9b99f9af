using System.Numerics;

namespace Vgpnn.Render;

/// <summary>A round leaf with one notch, floating and turning a little.</summary>
/// <param name="Centre">Where it floats.</param>
/// <param name="Radius">Pixels.</param>
/// <param name="Notch">The direction of the notch, in radians.</param>
internal sealed record LilyPad(Vector2 Centre, float Radius, float Notch)
{
    private static readonly Vector3[] Greens = Paint.Palette(0x9cc24a, 0x6ba53c, 0x3f7f35, 0x568f38);
    private static readonly Vector3 Vein = Paint.Hex(0xb9d672);

    /// <summary>Paints the leaf and its shadow over a colour.</summary>
    public Vector3 PaintOver(Vector3 colour, Vector2 point, float frame)
    {
        float phase = Centre.X + Centre.Y;
        Vector2 p = point - Centre - new Vector2(0.8f * MathF.Sin((0.15f * frame) + phase), 0.6f * MathF.Sin((0.19f * frame) + (2 * phase)));
        if (p.Length() > Radius + 7)
            return colour;
        colour *= 1 - (0.5f * Paint.Smooth(1.5f, -2.5f, (p - new Vector2(2.5f, 4)).Length() - Radius));

        float turn = Notch + (0.05f * MathF.Sin((0.13f * frame) + phase));
        Vector2 own = Paint.Turn(p, Paint.Direction(turn));
        float angle = MathF.Atan2(own.Y, own.X);
        float rim = Radius * (1 + (0.02f * MathF.Sin((angle * 7) + phase)));
        float outward = own.Length() / rim;
        if (outward > 1 || MathF.Abs(angle) < 0.26f - (0.08f * outward))
            return colour;

        Vector3 leaf = Paint.Gradient(Greens, outward) * (0.85f + (0.3f * Noise.Fractal((p / 5) + Centre, 2, 90)));
        float vein = MathF.Abs(MathF.Sin(angle * 6.5f)) * outward * Radius * 0.16f;
        leaf = Vector3.Lerp(Vein, leaf, 0.45f + (0.55f * Paint.Smooth(0, 0.35f, vein)));
        float light = 1 - (0.16f * Vector2.Dot(p / Radius, new Vector2(0.6f, 0.8f)));
        return leaf * light * (1 + (0.25f * Paint.Smooth(0.9f, 0.97f, outward)));
    }
}

/// <summary>An open flower seen from above.</summary>
/// <param name="Centre">Where it floats.</param>
/// <param name="Radius">From the middle to the tips of the outer petals, in pixels.</param>
/// <param name="Turn">The direction of one petal, in radians.</param>
internal sealed record Lotus(Vector2 Centre, float Radius, float Turn)
{
    private static readonly Vector3 Tip = Paint.Hex(0xf48fb4);
    private static readonly Vector3 Root = Paint.Hex(0xfff1f0);
    private static readonly Vector3 Stamens = Paint.Hex(0xf7c53d);

    /// <summary>Paints the flower and its shadow over a colour.</summary>
    public Vector3 PaintOver(Vector3 colour, Vector2 point, float frame)
    {
        float phase = Centre.X * 1.7f;
        Vector2 p = point - Centre - new Vector2(0.8f * MathF.Sin((0.15f * frame) + phase), 0.6f * MathF.Sin((0.19f * frame) + phase));
        if (p.Length() > Radius * 1.6f)
            return colour;
        colour *= 1 - (0.4f * Paint.Smooth(Radius, Radius * 0.5f, (p - new Vector2(1.5f, 2.5f)).Length()));

        // Three rings of petals, the outer ones lowest.
        for (int ring = 0; ring < 3; ring++)
        {
            float length = Radius * (1 - (0.26f * ring));
            (float along, float side) = InPetal(p, 8 - ring, Turn + (0.4f * ring));
            float t = along / length;
            float half = 0.34f * length * MathF.Sqrt(Math.Clamp(t * (1 - t) * 4, 0, 1)) * (0.7f + (0.5f * t));
            if (t is < 0 or > 1 || MathF.Abs(side) > half)
                continue;
            float fold = 1 - (0.35f * MathF.Pow(MathF.Abs(side) / (half + 0.01f), 2));
            colour = Vector3.Lerp(Root, Tip, Paint.Smooth(0.25f, 1, t)) * fold * (0.8f + (0.1f * ring));
        }

        return Vector3.Lerp(colour, Stamens, Paint.Smooth(0.24f, 0.18f, p.Length() / Radius));
    }

    private static (float Along, float Side) InPetal(Vector2 p, int petals, float turn)
    {
        float step = MathF.Tau / petals;
        float nearest = (MathF.Round((MathF.Atan2(p.Y, p.X) - turn) / step) * step) + turn;
        Vector2 own = Paint.Turn(p, Paint.Direction(nearest));
        return (own.X, own.Y);
    }
}
