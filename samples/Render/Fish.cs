using System.Numerics;

namespace Vgpnn.Render;

/// <summary>One koi on its circle.</summary>
/// <param name="Start">Where its nose is at frame 0.</param>
/// <param name="Heading">The direction it swims in at frame 0, in radians.</param>
/// <param name="Turning">The radius of its circle in pixels; negative to the left.</param>
/// <param name="Speed">Pixels a frame.</param>
/// <param name="Length">From nose to tail root, in pixels.</param>
/// <param name="Colours">Its ground colour, then those of its patches.</param>
/// <param name="Depth">How much of its colour the water takes, 0 to 1.</param>
internal sealed record Fish(
    Vector2 Start, float Heading, float Turning, float Speed, float Length, Vector3[] Colours, float Depth)
{
    private const int Joints = 14;

    /// <summary>The fish at a frame, its body bent along its way and by the stroke of its tail.</summary>
    public SwimmingFish At(float frame)
    {
        var spine = new Vector2[Joints + 1];
        for (int i = 0; i <= Joints; i++)
        {
            float along = (float)i / Joints;
            float behind = along * Length;
            float angle = Heading + (((Speed * frame) - behind) / Turning);
            Vector2 centre = Start + (Turning * Paint.Direction(Heading + (MathF.PI / 2)));
            Vector2 onCircle = centre - (Turning * Paint.Direction(angle + (MathF.PI / 2)));
            float stroke = MathF.Sin((along * 5.2f) - (0.62f * Speed * frame) + Start.X) * (0.012f + (0.075f * along * along)) * Length;
            spine[i] = onCircle + (stroke * Paint.Direction(angle + (MathF.PI / 2)));
        }

        float beat = MathF.Sin((-0.62f * Speed * frame) + Start.X + 1);
        return new SwimmingFish(this, spine, beat);
    }
}
