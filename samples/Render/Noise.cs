using System.Numerics;

namespace Vgpnn.Render;

/// <summary>Random numbers that depend on a place alone, and smooth textures made of them. All values lie in 0 to 1.</summary>
internal static class Noise
{
    /// <summary>A random number for a lattice point.</summary>
    public static float Hash(int x, int y, int seed)
    {
        uint h = ((uint)x * 0x9E3779B1u) ^ ((uint)y * 0x85EBCA77u) ^ ((uint)seed * 0xC2B2AE3Du);
        h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
        h = (h ^ (h >> 12)) * 0x297A2D39u;
        h ^= h >> 15;
        return (h >> 8) * (1f / (1 << 24));
    }

    /// <summary>Smooth noise with features one unit wide.</summary>
    public static float Value(Vector2 p, int seed)
    {
        int x = (int)MathF.Floor(p.X);
        int y = (int)MathF.Floor(p.Y);
        float u = Ease(p.X - x);
        float v = Ease(p.Y - y);
        float top = float.Lerp(Hash(x, y, seed), Hash(x + 1, y, seed), u);
        float bottom = float.Lerp(Hash(x, y + 1, seed), Hash(x + 1, y + 1, seed), u);
        return float.Lerp(top, bottom, v);
    }

    /// <summary>Noise with features from one unit down to a fraction of it, each octave turned against the one before.</summary>
    public static float Fractal(Vector2 p, int octaves, int seed)
    {
        float sum = 0;
        float weight = 0.5f;
        float total = 0;
        for (int i = 0; i < octaves; i++)
        {
            sum += weight * Value(p, seed + i);
            total += weight;
            weight *= 0.5f;
            p = new Vector2((1.6f * p.X) + (1.2f * p.Y), (1.6f * p.Y) - (1.2f * p.X));
        }

        return sum / total;
    }

    /// <summary>
    /// Of the random points that each cell of a unit grid has one of, the nearest: where it is from here, and its cell's
    /// random number. The points go round in their cells with the time, in radians.
    /// </summary>
    public static (Vector2 Offset, float Random) NearestPoint(Vector2 p, int seed, float time = 0)
    {
        int x = (int)MathF.Floor(p.X);
        int y = (int)MathF.Floor(p.Y);
        var best = new Vector2(9, 9);
        float random = 0;
        for (int i = x - 1; i <= x + 1; i++)
        {
            for (int j = y - 1; j <= y + 1; j++)
            {
                float angle = MathF.Tau * Hash(i, j, seed);
                float reach = 0.45f * MathF.Sqrt(Hash(i, j, seed + 1));
                Vector2 offset = new Vector2(i + 0.5f, j + 0.5f) + (reach * Paint.Direction(angle + time)) - p;
                if (offset.LengthSquared() < best.LengthSquared())
                    (best, random) = (offset, Hash(i, j, seed + 2));
            }
        }

        return (best, random);
    }

    private static float Ease(float t) => t * t * t * ((t * ((t * 6) - 15)) + 10);
}
