using System.Numerics;

namespace Vgpnn.Render;

/// <summary>A moving picture, described by the light at every point of every frame.</summary>
internal interface IScene
{
    /// <summary>The clip's file name without its extension.</summary>
    string Name { get; }

    /// <summary>How many frames the clip has.</summary>
    int Frames { get; }

    /// <summary>
    /// Puts everything where it is at a frame. What comes back gives the linear light at a point, in pixels from the top
    /// left corner, and may be called from several threads.
    /// </summary>
    Func<Vector2, Vector3> At(int frame);
}
