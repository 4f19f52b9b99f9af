using System.Text.Json.Serialization;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Reporting;

/// <summary>An event of a run. <c>--json</c> writes each as a line; the terminal shows a part of them.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(PlanEvent), "plan")]
[JsonDerivedType(typeof(SampleStartedEvent), "sample-started")]
[JsonDerivedType(typeof(ProgressEvent), "progress")]
[JsonDerivedType(typeof(LevelFinishedEvent), "level-finished")]
[JsonDerivedType(typeof(SampleFinishedEvent), "sample-finished")]
[JsonDerivedType(typeof(DoneEvent), "done")]
[JsonDerivedType(typeof(ErrorEvent), "error")]
internal abstract record RunEvent;

/// <summary>The run is prepared and starts.</summary>
internal sealed record PlanEvent : RunEvent
{
    public required Application Application { get; init; }

    public required string Input { get; init; }

    public required ManifestSize InputSize { get; init; }

    public required ManifestSize OutputSize { get; init; }

    public required string FrameRate { get; init; }

    public required int Samples { get; init; }

    /// <summary>The seed; <c>null</c> if nothing is made.</summary>
    public ulong? Seed { get; init; }

    public required ManifestSettings Settings { get; init; }

    /// <summary>The levels, coarsest first.</summary>
    public required IReadOnlyList<ManifestLevel> Levels { get; init; }

    public required long PatchEvaluations { get; init; }

    public required long VotedVoxels { get; init; }

    public required long PeakBytes { get; init; }

    /// <summary>Estimated time for all samples.</summary>
    public required double ExpectedSeconds { get; init; }

    /// <summary>The output directory; <c>null</c> if nothing is written.</summary>
    public string? Directory { get; init; }

    public required IReadOnlyList<string> Notices { get; init; }
}

/// <summary>A sample starts.</summary>
/// <param name="Sample">Index in the set, from 0.</param>
/// <param name="Position">Position in this run, from 1.</param>
/// <param name="Samples">Number of samples of this run.</param>
internal sealed record SampleStartedEvent(int Sample, int Position, int Samples) : RunEvent;

/// <summary>The run makes progress.</summary>
/// <param name="Sample">Index in the set, from 0.</param>
/// <param name="Position">Position in this run, from 1.</param>
/// <param name="Samples">Number of samples of this run.</param>
/// <param name="Level">Current level; 0 is the finest.</param>
/// <param name="Levels">Number of levels.</param>
/// <param name="Iteration">Current iteration, from 1.</param>
/// <param name="Iterations">Number of iterations of the level.</param>
/// <param name="Percent">Completed percentage of the run, 0 to 100.</param>
/// <param name="SecondsLeft">Estimated remaining time.</param>
internal sealed record ProgressEvent(
    int Sample, int Position, int Samples, int Level, int Levels, int Iteration, int Iterations, double Percent, double SecondsLeft)
    : RunEvent;

/// <summary>A level of a sample is finished.</summary>
/// <param name="Sample">Index in the set, from 0.</param>
/// <param name="Level">The level; 0 is the finest.</param>
/// <param name="Levels">Number of levels.</param>
/// <param name="Size">Size of its output.</param>
/// <param name="Timing">Times by phase.</param>
/// <param name="Launches">The GPU launches of the level, reported with the first sample of a batch; <c>null</c> otherwise.</param>
internal sealed record LevelFinishedEvent(
    int Sample, int Level, int Levels, ManifestSize Size, ManifestTiming Timing, IReadOnlyList<KernelLaunch>? Launches = null) : RunEvent;

/// <summary>A sample was written.</summary>
/// <param name="Sample">Index in the set, from 0.</param>
/// <param name="Position">Position in this run, from 1.</param>
/// <param name="Samples">Number of samples of this run.</param>
/// <param name="File">Path of the sample.</param>
/// <param name="FramesSha256">Hash of its frames.</param>
/// <param name="Seconds">Run time in seconds.</param>
/// <param name="Identical">In a repeated run, whether the frames equal the recorded ones.</param>
internal sealed record SampleFinishedEvent(
    int Sample, int Position, int Samples, string File, string FramesSha256, double Seconds, bool? Identical) : RunEvent;

/// <summary>The run is finished.</summary>
/// <param name="Directory">The output directory.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Page">The page that plays the samples.</param>
/// <param name="Samples">Number of samples.</param>
/// <param name="Seconds">Run time in seconds.</param>
/// <param name="Identical">In a repeated run, whether the frames of all samples equal the recorded ones.</param>
internal sealed record DoneEvent(string Directory, string Manifest, string Page, int Samples, double Seconds, bool? Identical) : RunEvent;

/// <summary>The run failed; the last event.</summary>
/// <param name="Code">Stable error code.</param>
/// <param name="Message">What happened.</param>
/// <param name="Hint">What to do next.</param>
internal sealed record ErrorEvent(string Code, string Message, string? Hint) : RunEvent;
