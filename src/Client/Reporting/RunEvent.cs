using System.Text.Json.Serialization;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Reporting;

/// <summary>What happens in a run. Each is one line of <c>--json</c>; the terminal shows what a person wants of it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(PlanEvent), "plan")]
[JsonDerivedType(typeof(SampleStartedEvent), "sample-started")]
[JsonDerivedType(typeof(ProgressEvent), "progress")]
[JsonDerivedType(typeof(LevelFinishedEvent), "level-finished")]
[JsonDerivedType(typeof(SampleFinishedEvent), "sample-finished")]
[JsonDerivedType(typeof(DoneEvent), "done")]
[JsonDerivedType(typeof(ErrorEvent), "error")]
internal abstract record RunEvent;

/// <summary>Everything is resolved; work begins.</summary>
internal sealed record PlanEvent : RunEvent
{
    public required Application Application { get; init; }

    public required string Input { get; init; }

    public required ManifestSize InputSize { get; init; }

    public required ManifestSize OutputSize { get; init; }

    public required string FrameRate { get; init; }

    public required int Samples { get; init; }

    /// <summary>Null: nothing is made, so none was chosen.</summary>
    public ulong? Seed { get; init; }

    public required ManifestSettings Settings { get; init; }

    /// <summary>Coarsest first.</summary>
    public required IReadOnlyList<ManifestLevel> Levels { get; init; }

    public required long PatchEvaluations { get; init; }

    public required long VotedVoxels { get; init; }

    public required long PeakBytes { get; init; }

    /// <summary>For all samples together; an estimate.</summary>
    public required double ExpectedSeconds { get; init; }

    /// <summary>Where results go; null: nowhere.</summary>
    public string? Directory { get; init; }

    public required IReadOnlyList<string> Notices { get; init; }
}

/// <summary>A sample begins.</summary>
/// <param name="Sample">Which of the set, from 0.</param>
/// <param name="Position">Which of this run, from 1.</param>
/// <param name="Samples">Samples of this run.</param>
internal sealed record SampleStartedEvent(int Sample, int Position, int Samples) : RunEvent;

/// <summary>Work goes on.</summary>
/// <param name="Sample">Which of the set, from 0.</param>
/// <param name="Position">Which of this run, from 1.</param>
/// <param name="Samples">Samples of this run.</param>
/// <param name="Level">Level at work: 1 is the coarsest.</param>
/// <param name="Levels">Levels.</param>
/// <param name="Iteration">EM iteration, from 1.</param>
/// <param name="Iterations">EM iterations of this level.</param>
/// <param name="Percent">Part of the whole run that is done, 0 to 100.</param>
/// <param name="SecondsLeft">An estimate.</param>
internal sealed record ProgressEvent(
    int Sample, int Position, int Samples, int Level, int Levels, int Iteration, int Iterations, double Percent, double SecondsLeft)
    : RunEvent;

/// <summary>A level of a sample is done.</summary>
/// <param name="Sample">Which of the set, from 0.</param>
/// <param name="Level">Which level: 1 is the coarsest.</param>
/// <param name="Levels">Levels.</param>
/// <param name="Size">Size of its output.</param>
/// <param name="Timing">Where its time went.</param>
/// <param name="Launches">What a device did for it, launch by launch: of samples that are made together, with the first; null: there is none.</param>
internal sealed record LevelFinishedEvent(
    int Sample, int Level, int Levels, ManifestSize Size, ManifestTiming Timing, IReadOnlyList<KernelLaunch>? Launches = null) : RunEvent;

/// <summary>A sample is written.</summary>
/// <param name="Sample">Which of the set, from 0.</param>
/// <param name="Position">Which of this run, from 1.</param>
/// <param name="Samples">Samples of this run.</param>
/// <param name="File">Where it lies.</param>
/// <param name="FramesSha256">Hash of its frames.</param>
/// <param name="Seconds">What it took.</param>
/// <param name="Identical">For a repeated run whether the frames are those recorded.</param>
internal sealed record SampleFinishedEvent(
    int Sample, int Position, int Samples, string File, string FramesSha256, double Seconds, bool? Identical) : RunEvent;

/// <summary>All is written.</summary>
/// <param name="Directory">Where.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Page">The page that shows it.</param>
/// <param name="Samples">Samples made.</param>
/// <param name="Seconds">What it took.</param>
/// <param name="Identical">For a repeated run whether every sample's frames are those recorded.</param>
internal sealed record DoneEvent(string Directory, string Manifest, string Page, int Samples, double Seconds, bool? Identical) : RunEvent;

/// <summary>Something went wrong; nothing follows.</summary>
/// <param name="Code">A stable name for programs.</param>
/// <param name="Message">The cause.</param>
/// <param name="Hint">The way out.</param>
internal sealed record ErrorEvent(string Code, string Message, string? Hint) : RunEvent;
