using System.Numerics;

namespace Vgpnn.Render;

/// <summary>Colours in linear light, and the curves used to blend them.</summary>
internal static class Paint
{
    /// <summary>The colour that a web page writes as #rrggbb.</summary>
    public static Vector3 Hex(int rgb) =>
        new(Decode((rgb >> 16) & 255), Decode((rgb >> 8) & 255), Decode(rgb & 255));

    /// <summary>The colours of <see cref="Hex"/>, several at once.</summary>
    public static Vector3[] Palette(params int[] rgb) => Array.ConvertAll(rgb, Hex);

    /// <summary>Linear light as the values of a picture file, 0 to 1.</summary>
    public static Vector3 Encode(Vector3 light) => new(Encode(light.X), Encode(light.Y), Encode(light.Z));

    /// <summary>0 below the first edge, 1 above the second, a smooth rise between them; the edges may be in falling order.</summary>
    public static float Smooth(float from, float to, float value)
    {
        float t = Math.Clamp((value - from) / (to - from), 0, 1);
        return t * t * (3 - (2 * t));
    }

    /// <summary>The colour at a position, 0 to 1, along evenly spaced stops.</summary>
    public static Vector3 Gradient(ReadOnlySpan<Vector3> stops, float position)
    {
        float scaled = Math.Clamp(position, 0, 1) * (stops.Length - 1);
        int stop = Math.Min((int)scaled, stops.Length - 2);
        return Vector3.Lerp(stops[stop], stops[stop + 1], scaled - stop);
    }

    /// <summary>A vector of the given angle, in radians.</summary>
    public static Vector2 Direction(float angle) => new(MathF.Cos(angle), MathF.Sin(angle));

    /// <summary>A point in the frame that an object with this direction sees: X along the direction, Y to its side.</summary>
    public static Vector2 Turn(Vector2 point, Vector2 direction) =>
        new(Vector2.Dot(point, direction), (point.Y * direction.X) - (point.X * direction.Y));

    private static float Decode(int value)
    {
        float v = value / 255f;
        return v <= 0.04045f ? v / 12.92f : MathF.Pow((v + 0.055f) / 1.055f, 2.4f);
    }

    private static float Encode(float light) =>
        light <= 0.0031308f ? light * 12.92f : (1.055f * MathF.Pow(light, 1 / 2.4f)) - 0.055f;
}
