namespace Vgpnn.Contracts;

/// <summary>An application of the method.</summary>
public enum RequestApplication
{
    /// <summary>New videos of the same scene.</summary>
    Generation,

    /// <summary>The same video in another size or length.</summary>
    Retargeting,

    /// <summary>A masked part of a video, filled.</summary>
    Inpainting,

    /// <summary>The style of one video in the motion of another.</summary>
    Analogy,

    /// <summary>The style of a video in the shape of a moving sketch.</summary>
    Sketch,
}

/// <summary>The purpose of an input.</summary>
public enum RequestInputRole
{
    /// <summary>The video that is edited.</summary>
    Input,

    /// <summary>The mask: white regions are filled.</summary>
    Mask,

    /// <summary>The video that provides the patches instead of the input.</summary>
    Source,

    /// <summary>The video that gives an analogy its motion and its size.</summary>
    Content,

    /// <summary>The video that gives an analogy or a sketch its style.</summary>
    Style,

    /// <summary>The sketch: grey values that give the motion and the size.</summary>
    Sketch,
}
