using System.Numerics;

namespace Vgpnn.Render;

/// <summary>One paper lantern with a flame inside.</summary>
/// <param name="Start">Its middle at frame 0.</param>
/// <param name="Velocity">Pixels a frame.</param>
/// <param name="Radius">Half its width, in pixels; it is 1.35 times as high as wide.</param>
/// <param name="Character">A random number, 0 to 1, that gives it its colour and its sway.</param>
internal sealed record Lantern(Vector2 Start, Vector2 Velocity, float Radius, float Character)
{
    private static readonly Vector3 Glow = Paint.Hex(0xff9a3c);

    private static readonly Vector3[][] Papers =
    [
        Paint.Palette(0xffe9a0, 0xffb64a, 0xf07a2c, 0xb8431f),
        Paint.Palette(0xffd9a8, 0xff8f56, 0xe2513f, 0x9c2b33),
        Paint.Palette(0xfff0b8, 0xffcf5e, 0xf2a032, 0xc06a22),
        Paint.Palette(0xffd6d0, 0xff8fa0, 0xd85787, 0x8a2f6b),
    ];

    /// <summary>Paints the lantern and the glow around it over a colour.</summary>
    public Vector3 PaintOver(Vector3 colour, Vector2 point, float frame)
    {
        float phase = Character * MathF.Tau;
        float sway = MathF.Sin((0.3f * frame) + (3 * phase));
        Vector2 centre = Start + (Velocity * frame) + new Vector2(0.08f * Radius * sway, 0);
        Vector2 p = (point - centre) / Radius;
        float reach = p.Length();
        if (reach > 6)
            return colour;
        float flicker = 0.92f + (0.08f * MathF.Sin((1.1f * frame) + (5 * phase)));
        colour += Glow * (0.34f * flicker * MathF.Exp(-reach * 1.15f) * Paint.Smooth(6, 3, reach));

        // A rounded barrel, wider above, that leans with its sway. Height runs from −1 at the top to 1 at the mouth.
        p = Paint.Turn(p, Paint.Direction(0.07f * sway));
        float height = p.Y / 1.35f;
        float half = (0.93f - (0.13f * height)) * MathF.Pow(MathF.Max(1 - MathF.Pow(MathF.Abs(height), 5), 0), 0.35f);
        float across = MathF.Abs(p.X) / MathF.Max(half, 0.001f);
        if (MathF.Abs(height) > 1 || across >= 1)
            return colour;

        Vector3[] paper = Papers[(int)(Character * 3.99f)];
        float flame = new Vector2(p.X * 0.9f, (height - 0.72f) * 1.2f).Length();
        Vector3 light = Paint.Gradient(paper, (flame * 0.62f) - 0.06f) * flicker;
        float ribs = 1 - (0.16f * MathF.Pow(MathF.Abs(MathF.Sin(height * 6.6f)), 12));
        float round = 1 - (0.38f * across * across * across);
        float rim = height > 0.9f || height < -0.93f ? 0.6f : 1;
        return light * (ribs * round * rim);
    }
}
