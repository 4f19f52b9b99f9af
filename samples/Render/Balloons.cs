using System.Numerics;

namespace Vgpnn.Render;

/// <summary>Hot-air balloons of many colours that drift, each on a wind of its own, over misty hills.</summary>
internal sealed class Balloons : IScene
{
    private static readonly Vector3 AirLight = Paint.Hex(0xdfe3ea);

    // Far to near, so that near ones cover far ones. Velocities in pixels a frame; the air takes contrast from small ones.
    private static readonly Balloon[] Fleet =
    [
        new(new(30, 66), new(0.35f, -0.10f), 6.5f, Pattern.Gores, Paint.Palette(0xc8442e, 0xf1c84b), 0.012f),
        new(new(108, 58), new(-0.30f, 0.05f), 7, Pattern.Rings, Paint.Palette(0x2e6fb0, 0xf4efe2, 0xd9483b), -0.01f),
        new(new(164, 70), new(0.42f, -0.14f), 6.5f, Pattern.Gores, Paint.Palette(0x7a3f97, 0xf0a6c0), 0.015f),
        new(new(236, 60), new(-0.45f, -0.08f), 7, Pattern.Spiral, Paint.Palette(0xe9792b, 0xf7e3a1, 0x9c2f2f), 0.01f),
        new(new(78, 84), new(-0.50f, -0.22f), 10.5f, Pattern.Spiral, Paint.Palette(0x1f8a84, 0xf2d04e, 0xf3ede0), -0.014f),
        new(new(196, 88), new(0.55f, -0.25f), 11, Pattern.Zigzag, Paint.Palette(0xd23a4e, 0xf6e7cf, 0x28508f), 0.012f),
        new(new(136, 30), new(0.62f, 0.10f), 11, Pattern.Gores, Paint.Palette(0xe8402f, 0xf08a2c, 0xf5d33f, 0x3f9b4d, 0x2d69b3, 0x6a3d96), 0.014f),
        new(new(16, 26), new(0.70f, 0.12f), 12, Pattern.Rings, Paint.Palette(0xf0b52e, 0x7d2d6e, 0xe9573d), 0.01f),
        new(new(232, 24), new(-0.75f, 0.16f), 13, Pattern.Zigzag, Paint.Palette(0x2a7d4f, 0xf2e9c9, 0xe0a02c), -0.012f),
        new(new(70, 40), new(-0.85f, 0.18f), 17, Pattern.Zigzag, Paint.Palette(0x2b5ca8, 0xf5d65a, 0xd8412f, 0xf4ede0), 0.012f),
        new(new(180, 46), new(0.80f, -0.20f), 18, Pattern.Gores, Paint.Palette(0xd32f2f, 0xf6ead2), -0.014f),
        new(new(116, 98), new(0.95f, -0.35f), 19, Pattern.Spiral, Paint.Palette(0xe5642a, 0xf4c63c, 0x8e2d53, 0x2f7fa8), 0.012f),
        new(new(242, 106), new(-1.00f, -0.30f), 17, Pattern.Rings, Paint.Palette(0x3b3f94, 0xf0cf57, 0xe27aa2), 0.012f),
        new(new(26, 112), new(0.80f, -0.40f), 16, Pattern.Gores, Paint.Palette(0x1c8c7d, 0xf5ecd7, 0xf09a34), 0.016f),
    ];

    public string Name => "balloons";

    public int Frames => 30;

    public Func<Vector2, Vector3> At(int frame) => point =>
    {
        Vector3 colour = Landscape.At(point, frame);
        foreach (Balloon balloon in Fleet)
        {
            if (balloon.Paint(point, frame) is { } paint)
                colour = Vector3.Lerp(paint, AirLight, Math.Clamp((16 - balloon.Radius) * 0.03f, 0, 0.3f));
        }

        return colour;
    };
}
