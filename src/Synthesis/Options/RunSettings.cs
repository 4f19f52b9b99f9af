using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Synthesis.Options;

/// <summary>The values of all options of a run: those of the method, and what is read of the inputs.</summary>
public sealed record RunSettings
{
    /// <summary>The options of the method.</summary>
    public required MethodOptions Method { get; init; }

    /// <summary>First frame used, counted from 1; <c>null</c> means from the first.</summary>
    public int? FirstFrame { get; init; }

    /// <summary>Last frame used, counted from 1; <c>null</c> means up to the last.</summary>
    public int? LastFrame { get; init; }

    /// <summary>Height in pixels to which taller frames are downscaled; <c>null</c> means no limit.</summary>
    public int? MaxHeight { get; init; }

    /// <summary>Frame rate of the samples; <c>null</c> means that of the input.</summary>
    public FrameRate? FrameRate { get; init; }

    /// <summary>The frames used; <c>null</c> means all.</summary>
    public FrameRange? Frames => FirstFrame is null && LastFrame is null ? null : new FrameRange(FirstFrame ?? 1, LastFrame);

    /// <summary>The defaults of an application.</summary>
    public static RunSettings For(Application application, bool loop = false) => new() { Method = MethodOptions.For(application, loop) };
}
