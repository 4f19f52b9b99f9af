namespace Vgpnn.Synthesis.Options;

/// <summary>What a clip is to a run.</summary>
public enum InputRole
{
    /// <summary>What is worked on.</summary>
    Input,

    /// <summary>Which part of it is filled: white.</summary>
    Mask,

    /// <summary>What patches are taken from instead of the input.</summary>
    Source,

    /// <summary>What gives an analogy its movement and its size.</summary>
    Content,

    /// <summary>What gives an analogy, or a video after a sketch, its look.</summary>
    Style,

    /// <summary>Grey values that give a video its movement and its size.</summary>
    Sketch,
}

/// <summary>What roles have in common.</summary>
public static class InputRoles
{
    /// <summary>Whether the output has this clip's size, pace and frames; a run's first input has such a role.</summary>
    public static bool IsWorkedOn(this InputRole role) => role is InputRole.Input or InputRole.Content or InputRole.Sketch;

    /// <summary>Whether patches are taken from this clip instead of the one that is worked on.</summary>
    public static bool IsSource(this InputRole role) => role is InputRole.Source or InputRole.Style;
}
