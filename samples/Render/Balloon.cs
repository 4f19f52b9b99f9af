using System.Numerics;

namespace Vgpnn.Render;

/// <summary>How a balloon's colours are laid out.</summary>
internal enum Pattern
{
    /// <summary>Upright stripes, one colour after the other.</summary>
    Gores,

    /// <summary>Stripes that shift by one from ring to ring.</summary>
    Spiral,

    /// <summary>Rings with a zigzag edge.</summary>
    Zigzag,

    /// <summary>A cap, a belt of pennants and a plain skirt.</summary>
    Rings,
}

/// <summary>One hot-air balloon.</summary>
/// <param name="Start">Where the middle of its envelope is at frame 0.</param>
/// <param name="Velocity">Pixels a frame.</param>
/// <param name="Radius">Pixels; the whole balloon is 3.1 times as high.</param>
/// <param name="Pattern">How its colours are laid out.</param>
/// <param name="Colours">The colours of the fabric.</param>
/// <param name="Spin">Radians a frame, around the upright axis.</param>
internal sealed record Balloon(Vector2 Start, Vector2 Velocity, float Radius, Pattern Pattern, Vector3[] Colours, float Spin)
{
    // Heights from the middle of the envelope, in radii, downwards.
    private const float Mouth = 1.32f;
    private const float BasketTop = 1.74f;
    private const float BasketBottom = 2.05f;
    private const int Gores = 12;

    private static readonly Vector3 Light = Vector3.Normalize(new Vector3(0.72f, -0.34f, 0.6f));
    private static readonly Vector3 Wicker = Render.Paint.Hex(0x7a4a25);
    private static readonly Vector3 Rope = Render.Paint.Hex(0x4a3a30);
    private static readonly Vector3 Flame = Render.Paint.Hex(0xffb347);

    /// <summary>The balloon's colour at a point of the frame, or null beside it.</summary>
    public Vector3? Paint(Vector2 point, float frame)
    {
        float phase = Start.X * 0.37f;
        Vector2 centre = Start + (Velocity * frame) + new Vector2(0, 0.07f * Radius * MathF.Sin((0.21f * frame) + phase));
        Vector2 p = (point - centre) / Radius;
        if (MathF.Abs(p.X) > 1.2f || p.Y < -1.1f || p.Y > 2.2f)
            return null;
        // It swings a little around its top, as a pendulum does.
        p.X -= (p.Y + 1) * 0.035f * MathF.Sin((0.17f * frame) + phase);

        return p.Y < Mouth ? Envelope(p, frame, phase) : Below(p, frame, phase);
    }

    private Vector3? Envelope(Vector2 p, float frame, float phase)
    {
        if (p.Y < -1)
            return null;
        // A ball above, tapering to the mouth below.
        float width = p.Y < 0 ? MathF.Sqrt(1 - (p.Y * p.Y)) : MathF.Cos(p.Y * 0.98f);
        float u = p.X / width;
        if (MathF.Abs(u) >= 1)
            return null;

        float gore = ((MathF.Asin(u) + phase + (Spin * frame)) / MathF.Tau * Gores) + (4 * Gores);
        float seam = MathF.Abs((gore % 1) - 0.5f) * 2;
        float depth = MathF.Sqrt(1 - (u * u));
        // The fabric bulges between the seams.
        var normal = new Vector3(u, p.Y * 0.85f, depth * width * 1.1f);
        float lit = Vector3.Dot(Vector3.Normalize(normal), Light);
        float shade = 0.30f + (0.85f * Render.Paint.Smooth(-0.55f, 0.95f, lit));
        shade *= 1 - (0.22f * MathF.Pow(seam, 5)) - (0.1f * (1 - depth));

        Vector3 colour = Fabric(gore, p.Y) * shade;
        colour += new Vector3(0.16f, 0.13f, 0.09f) * MathF.Pow(MathF.Max(lit, 0), 14);
        // Light comes through the fabric near the burner.
        return colour + (Flame * Fabric(gore, p.Y) * 0.5f * Burner(frame, phase) * Render.Paint.Smooth(0.1f, 1.3f, p.Y));
    }

    private Vector3 Fabric(float gore, float height)
    {
        int index = (int)gore;
        int pick = Pattern switch
        {
            Pattern.Gores => index,
            Pattern.Spiral => index + (int)((height + 1) * 2.6f),
            Pattern.Zigzag => (int)(((height + 1.05f) * 2.1f) + (0.42f * MathF.Abs((gore % 1) - 0.5f) * 2)),
            _ => height < -0.5f || height > 0.66f ? 0 : MathF.Abs((gore % 1) - 0.5f) * 2 < height + 0.36f ? 1 : 2,
        };
        return Colours[pick % Colours.Length];
    }

    private static Vector3? Below(Vector2 p, float frame, float phase)
    {
        float drop = (p.Y - Mouth) / (BasketTop - Mouth);
        if (p.Y >= BasketTop && p.Y < BasketBottom && MathF.Abs(p.X) < 0.19f)
        {
            float weave = 0.85f + (0.15f * MathF.Sin(p.Y * 60));
            float rim = p.Y < BasketTop + 0.06f ? 1.7f : 1;
            return Wicker * (weave * rim * (0.75f + (1.6f * p.X)));
        }

        if (p.Y >= BasketTop)
            return null;
        if (p.Y < Mouth + 0.2f && MathF.Abs(p.X) < 0.05f)
            return Vector3.Lerp(Rope, Flame * 1.6f, Burner(frame, phase));
        float spread = float.Lerp(0.26f, 0.17f, drop);
        return MathF.Abs(MathF.Abs(p.X) - spread) < 0.028f ? Rope : null;
    }

    // The burner roars for a while, each at its own time.
    private static float Burner(float frame, float phase) => Render.Paint.Smooth(0.55f, 0.9f, MathF.Sin((0.23f * frame) + (phase * 5)));
}
