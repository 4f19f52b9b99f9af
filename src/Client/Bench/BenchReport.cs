using System.Text.Json.Serialization;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Bench;

/// <summary>The report of <c>vgpnn bench</c>; one line of JSON.</summary>
internal sealed record BenchReport
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "bench";

    public required string Version { get; init; }

    public required int Threads { get; init; }

    public required ManifestSize Patch { get; init; }

    public required int Iterations { get; init; }

    /// <summary>Distances per second of the kernel alone, for all threads together, with patches in the L1 cache.</summary>
    public required double PeakEvaluationsPerSecond { get; init; }

    /// <summary>Sizes in ascending order.</summary>
    public required IReadOnlyList<SizeResult> Sizes { get; init; }

    /// <summary>Heights that were skipped to limit the total time.</summary>
    public required IReadOnlyList<int> LeftOut { get; init; }

    /// <summary>Exponent of the growth of time with the number of voxels; <c>null</c> for fewer than two sizes.</summary>
    public required double? ScalingExponent { get; init; }

    public required ThreadResult SecondThread { get; init; }

    /// <summary>Comparison of PatchMatch with exhaustive search; <c>null</c> if not requested.</summary>
    public IReadOnlyList<ComparisonPoint>? Exhaustive { get; init; }
}

/// <summary>The results of one size.</summary>
internal sealed record SizeResult
{
    public required ManifestSize Size { get; init; }

    public required long Voxels { get; init; }

    public required PhaseTimes Seconds { get; init; }

    public required PhaseTimes NanosecondsPerVoxel { get; init; }

    /// <summary>Number of computed patch distances.</summary>
    public required long Evaluations { get; init; }

    /// <summary>Distances per second of the whole search, which also does other work.</summary>
    public required double EvaluationsPerSecond { get; init; }

    public required double ShareOfPeak { get; init; }
}

/// <summary>Speed-up of two threads over one; medians over alternating pairs of runs.</summary>
/// <param name="Size">Size of the level.</param>
/// <param name="Pairs">Number of pairs of runs.</param>
/// <param name="Speedup">Speed-up by phase.</param>
/// <param name="SpeedupTotal">Speed-up of the whole level.</param>
internal sealed record ThreadResult(ManifestSize Size, int Pairs, PhaseRatios Speedup, double SpeedupTotal);

/// <summary>A ratio of times by phase.</summary>
internal sealed record PhaseRatios(double Resample, double Search, double Vote);

/// <summary>Times of both searches at one size, for the whole level.</summary>
/// <param name="Size">Size of the level.</param>
/// <param name="Voxels">Number of voxels.</param>
/// <param name="PatchMatchSeconds">Measured time.</param>
/// <param name="ExhaustiveSeconds">Measured or extrapolated time.</param>
/// <param name="Extrapolated">Whether the time of the exhaustive search was extrapolated from its number of distances.</param>
internal sealed record ComparisonPoint(
    ManifestSize Size, long Voxels, double PatchMatchSeconds, double ExhaustiveSeconds, bool Extrapolated);

/// <summary>Serializes the report as a line of JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(DeviceBenchReport))]
internal sealed partial class BenchJson : JsonSerializerContext;
