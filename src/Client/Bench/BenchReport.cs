using System.Text.Json.Serialization;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Bench;

/// <summary>What <c>vgpnn bench</c> found; one line of JSON.</summary>
internal sealed record BenchReport
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "bench";

    public required string Version { get; init; }

    public required int Threads { get; init; }

    public required ManifestSize Patch { get; init; }

    public required int Iterations { get; init; }

    /// <summary>Distances per second of the kernel alone, all threads together, patches in the innermost cache.</summary>
    public required double PeakEvaluationsPerSecond { get; init; }

    /// <summary>Smallest first.</summary>
    public required IReadOnlyList<SizeResult> Sizes { get; init; }

    /// <summary>Heights left out because the whole would have taken too long.</summary>
    public required IReadOnlyList<int> LeftOut { get; init; }

    /// <summary>Time grows as the number of voxels to this power; null with fewer than two sizes.</summary>
    public required double? ScalingExponent { get; init; }

    public required ThreadResult SecondThread { get; init; }

    /// <summary>PatchMatch beside exhaustive search; null: not asked for.</summary>
    public IReadOnlyList<ComparisonPoint>? Exhaustive { get; init; }
}

/// <summary>One size.</summary>
internal sealed record SizeResult
{
    public required ManifestSize Size { get; init; }

    public required long Voxels { get; init; }

    public required PhaseTimes Seconds { get; init; }

    public required PhaseTimes NanosecondsPerVoxel { get; init; }

    /// <summary>Patch distances, counted.</summary>
    public required long Evaluations { get; init; }

    /// <summary>Of the whole search, which does more than measure distances.</summary>
    public required double EvaluationsPerSecond { get; init; }

    public required double ShareOfPeak { get; init; }
}

/// <summary>How many times as fast two threads are as one; medians over pairs of runs, one after the other.</summary>
/// <param name="Size">Size of the level.</param>
/// <param name="Pairs">Pairs of runs.</param>
/// <param name="Speedup">By phase.</param>
/// <param name="SpeedupTotal">Of the whole level.</param>
internal sealed record ThreadResult(ManifestSize Size, int Pairs, PhaseRatios Speedup, double SpeedupTotal);

/// <summary>A ratio of times by phase.</summary>
internal sealed record PhaseRatios(double Resample, double Search, double Vote);

/// <summary>Both searches at one size: seconds of the whole level.</summary>
/// <param name="Size">Size of the level.</param>
/// <param name="Voxels">Its voxels.</param>
/// <param name="PatchMatchSeconds">Measured.</param>
/// <param name="ExhaustiveSeconds">Measured, unless extrapolated.</param>
/// <param name="Extrapolated">Whether the time of the exhaustive search follows from its number of distances.</param>
internal sealed record ComparisonPoint(
    ManifestSize Size, long Voxels, double PatchMatchSeconds, double ExhaustiveSeconds, bool Extrapolated);

/// <summary>Writes the report as a line of JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(DeviceBenchReport))]
internal sealed partial class BenchJson : JsonSerializerContext;
