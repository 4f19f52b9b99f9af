using System.Numerics;

namespace Vgpnn.Render;

/// <summary>A pond seen from above: koi swim their circles under lily pads, with their shadows on the pebbles.</summary>
internal sealed class Koi : IScene
{
    private static readonly Vector3[] Kohaku = Paint.Palette(0xfff4e6, 0xf0582a);
    private static readonly Vector3[] Showa = Paint.Palette(0xfbeee0, 0xe4502a, 0x1d1f26);
    private static readonly Vector3[] Ogon = Paint.Palette(0xf7c24a, 0xe89a26);
    private static readonly Vector3[] Orange = Paint.Palette(0xf47a30, 0xfbe3cc);
    private static readonly Vector3[] Platinum = Paint.Palette(0xf4f3ee, 0xd6dde0);

    // Low swimmers first. Angles in radians, speeds in pixels a frame; a negative radius turns to the left.
    private static readonly Fish[] Shoal =
    [
        new(new(40, 40), 0.4f, 110, 1.15f, 34, Orange, 0.3f),
        new(new(205, 112), 3.6f, -90, 1.05f, 36, Kohaku, 0.3f),
        new(new(128, 18), 2.6f, -130, 0.95f, 33, Ogon, 0.3f),
        new(new(92, 130), -0.5f, 95, 1.2f, 36, Showa, 0.25f),
        new(new(236, 44), 2.2f, 80, 1.1f, 38, Platinum, 0.2f),
        new(new(20, 96), -0.9f, 70, 1.3f, 42, Kohaku, 0.1f),
        new(new(150, 66), 0.7f, 65, 1.25f, 44, Showa, 0.05f),
        new(new(70, 78), 3.5f, 75, 1.1f, 43, Ogon, 0.05f),
        new(new(188, 28), 1.2f, -85, 1.4f, 42, Orange, 0),
        new(new(122, 104), -2.2f, -70, 1.35f, 46, Kohaku, 0),
        new(new(226, 92), -1.9f, -90, 1.3f, 42, Ogon, 0),
        new(new(176, 134), -2.9f, 100, 1.2f, 44, Kohaku, 0),
    ];

    private static readonly LilyPad[] Pads =
    [
        new(new(24, 18), 17, 0.6f), new(new(52, 9), 12, 2.4f), new(new(12, 46), 11, 4.4f),
        new(new(242, 14), 18, 3.9f), new(new(216, 4), 12, 1.5f), new(new(250, 46), 10, 5.3f),
        new(new(14, 134), 16, 5.6f), new(new(42, 140), 11, 0.9f),
        new(new(246, 132), 17, 2.8f), new(new(221, 141), 10, 4.8f),
        new(new(100, 52), 13, 1.9f), new(new(84, 40), 9, 4.0f), new(new(158, 98), 12, 0.2f),
    ];

    private static readonly Lotus[] Flowers =
    [
        new(new(38, 26), 10, 0.2f), new(new(230, 24), 11, 0.5f), new(new(29, 128), 10, 0.9f), new(new(170, 92), 8, 0.4f),
    ];

    public string Name => "koi";

    public int Frames => 36;

    public Func<Vector2, Vector3> At(int frame)
    {
        SwimmingFish[] swimmers = Array.ConvertAll(Shoal, fish => fish.At(frame));
        return point =>
        {
            // The moving surface bends all that is seen through it.
            Vector2 under = point + Pond.Refraction(point, frame);
            Vector3 colour = Pond.Bottom(under, frame);
            float shadow = 0;
            foreach (SwimmingFish fish in swimmers)
                shadow = MathF.Max(shadow, fish.Shadow(under));
            colour *= 1 - (0.6f * shadow);
            foreach (SwimmingFish fish in swimmers)
                colour = fish.PaintOver(colour, under);

            colour = Pond.Surface(colour, point, frame);
            foreach (LilyPad pad in Pads)
                colour = pad.PaintOver(colour, point, frame);
            foreach (Lotus flower in Flowers)
                colour = flower.PaintOver(colour, point, frame);
            return colour;
        };
    }
}
