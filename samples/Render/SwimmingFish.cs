using System.Numerics;

namespace Vgpnn.Render;

/// <summary>A koi in one frame.</summary>
/// <param name="Fish">Which one.</param>
/// <param name="Spine">Its back, from the nose to the root of the tail.</param>
/// <param name="Beat">The phase of its fins, −1 to 1.</param>
internal sealed record SwimmingFish(Fish Fish, Vector2[] Spine, float Beat)
{
    private static readonly Vector2 ShadowOffset = new(6, 9);
    private static readonly Vector3 Eye = Paint.Hex(0x14181c);

    /// <summary>How deep the fish's shadow on the ground is, 0 to 1.</summary>
    public float Shadow(Vector2 point)
    {
        Vector2 p = point - ShadowOffset;
        if (IsFar(p))
            return 0;
        (float along, float side) = Locate(p);
        float beyond = MathF.Abs(side) - (HalfWidth(Math.Clamp(along, 0, 1)) * Fish.Length);
        float ends = MathF.Max(MathF.Max(-along, along - 1.1f), 0) * Fish.Length;
        return Paint.Smooth(3, -3, MathF.Max(beyond, ends));
    }

    /// <summary>Paints the fish over a colour.</summary>
    public Vector3 PaintOver(Vector3 colour, Vector2 point)
    {
        if (IsFar(point))
            return colour;
        (float along, float side) = Locate(point);
        float across = side / Fish.Length;

        float fin = MathF.Max(Tail(along, across), SideFin(along, across));
        if (fin > 0)
            colour = Vector3.Lerp(colour, UnderWater(Vector3.Lerp(Fish.Colours[0], Fish.Colours[1], 0.35f)), fin);

        float half = HalfWidth(along);
        float edge = MathF.Abs(across) / half;
        if (along is < 0 or > 1 || edge >= 1)
            return colour;
        // Round, and brightest along the back on the side of the sun.
        float lit = 0.55f + (0.5f * MathF.Sqrt(1 - (edge * edge)));
        Vector3 body = Scales(along, across) * lit;
        body += Vector3.One * 0.18f * Paint.Smooth(0.35f, 0, MathF.Abs((across / half) + 0.25f)) * Paint.Smooth(0, 0.3f, along);
        float back = Paint.Smooth(0.022f, 0.008f, MathF.Abs(across)) * Paint.Smooth(0.3f, 0.38f, along) * Paint.Smooth(0.72f, 0.6f, along);
        body = Vector3.Lerp(body, body * 0.7f, back);
        float eye = Paint.Smooth(0.02f, 0.012f, Vector2.Distance(new Vector2(along, MathF.Abs(across)), new Vector2(0.085f, 0.055f)));
        return UnderWater(Vector3.Lerp(body, Eye, eye));
    }

    // In shares of the length: a blunt nose, the widest place behind the gills, a slim root of the tail.
    private static float HalfWidth(float along)
    {
        float nose = MathF.Sqrt(Math.Clamp(along / 0.3f, 0, 1) * (2 - Math.Clamp(along / 0.3f, 0, 1)));
        return 0.132f * nose * (1 - (0.8f * Paint.Smooth(0.3f, 1.02f, along)));
    }

    private float Tail(float along, float across)
    {
        float back = (along - 0.94f) / 0.30f;
        float bent = across - (0.05f * Beat * back);
        float spread = 0.035f + (0.13f * back);
        // Forked: shorter in the middle.
        float end = 0.62f + (0.38f * MathF.Abs(bent) / 0.16f);
        if (back < 0 || back > end || MathF.Abs(bent) > spread)
            return 0;
        float rays = 0.8f + (0.2f * MathF.Sin(bent / spread * 14));
        return 0.75f * rays * (1 - (0.5f * back));
    }

    private float SideFin(float along, float across)
    {
        // A rounded fan that points backwards, hinged behind the gills.
        Vector2 p = new Vector2(along - 0.28f, MathF.Abs(across) - 0.10f);
        Vector2 fan = Paint.Turn(p, Paint.Direction(0.72f + (0.16f * Beat)));
        float inside = Vector2.Dot(new Vector2((fan.X - 0.085f) / 0.1f, fan.Y / 0.05f), new Vector2((fan.X - 0.085f) / 0.1f, fan.Y / 0.05f));
        return inside < 1 ? 0.6f : 0;
    }

    private Vector3 Scales(float along, float across)
    {
        var skin = new Vector2(along * 3.4f, across * 7);
        float seed = Fish.Start.X;
        float patch = Noise.Fractal(skin + new Vector2(seed, 0), 2, 80);
        Vector3 colour = Vector3.Lerp(Fish.Colours[0], Fish.Colours[1], Paint.Smooth(0.47f, 0.53f, patch));
        if (Fish.Colours.Length > 2)
        {
            float spots = Noise.Fractal(skin + new Vector2(seed, 9), 2, 84);
            colour = Vector3.Lerp(colour, Fish.Colours[2], Paint.Smooth(0.56f, 0.62f, spots));
        }

        return colour;
    }

    private Vector3 UnderWater(Vector3 colour) => Vector3.Lerp(colour, Pond.Water, 0.08f + Fish.Depth);

    private bool IsFar(Vector2 point) => Vector2.Distance(point, Spine[Spine.Length / 2]) > Fish.Length * 0.95f;

    // The place along the spine, 0 at the nose and 1 at the tail's root, and the distance to its side in pixels.
    private (float Along, float Side) Locate(Vector2 point)
    {
        int joints = Spine.Length - 1;
        float best = float.MaxValue;
        (float, float) place = default;
        for (int i = 0; i < joints; i++)
        {
            Vector2 bone = Spine[i + 1] - Spine[i];
            Vector2 from = point - Spine[i];
            float t = Vector2.Dot(from, bone) / bone.LengthSquared();
            // The first and the last bone go on beyond the body: there the nose ends and the tail fin hangs.
            float clamped = Math.Clamp(t, i == 0 ? -5 : 0, i == joints - 1 ? 9 : 1);
            float distance = (from - (clamped * bone)).LengthSquared();
            if (distance >= best)
                continue;
            best = distance;
            place = ((i + clamped) / joints, Paint.Turn(from, Vector2.Normalize(bone)).Y);
        }

        return place;
    }
}
