using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Manifest;

/// <summary>A network that computes optical flow.</summary>
/// <param name="Network">Its name, such as <c>raft-small</c>.</param>
/// <param name="Weights">The file of its weights, relative to the manifest's directory.</param>
/// <param name="Sha256">SHA-256 of that file: it decides the samples' bits.</param>
public sealed record ManifestFlow(string Network, string Weights, string Sha256);

/// <summary>Every setting of a run with the values that were used, whether the user gave them or not.</summary>
public sealed record ManifestSettings
{
    /// <summary>The application.</summary>
    public required Application Application { get; init; }

    /// <summary>Number of samples of the set.</summary>
    public required int Samples { get; init; }

    /// <summary>The seed of the whole set.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The network that computed optical flow; <c>null</c> means none, or flow without weights.</summary>
    public ManifestFlow? Flow { get; init; }

    /// <summary>Whether the program chose the noise.</summary>
    public required bool NoiseAuto { get; init; }

    /// <summary>Threads used; they do not change the bits.</summary>
    public required int Threads { get; init; }

    /// <summary>The most bytes that the run was allowed to allocate.</summary>
    public required long MaxMemoryBytes { get; init; }

    /// <summary>Whether every level's output was written.</summary>
    public required bool SaveLevels { get; init; }

    /// <summary>All options of the table; in a file they are members of the same JSON object.</summary>
    [JsonIgnore]
    public JsonObject Options { get; init; } = [];

    /// <summary>The values of the options.</summary>
    /// <param name="table">The options; <c>null</c> means those of this program.</param>
    /// <exception cref="VgpnnException">Kind Input: <c>manifest-invalid</c>.</exception>
    public RunSettings Read(OptionTable? table = null)
    {
        var faults = new List<OptionFault>();
        RunSettings settings = (table ?? OptionTable.Default).Read(Options, Application, faults);
        return faults.Count == 0 ? settings : throw new VgpnnException(
            ErrorKind.Input, "manifest-invalid", $"the manifest's settings cannot be used: {faults[0].Message}");
    }

    /// <summary>Whether other settings make the same samples; threads and memory do not matter.</summary>
    public bool MakesTheSameAs(ManifestSettings other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Read() == other.Read()
            && this == other with { Options = Options, Threads = Threads, MaxMemoryBytes = MaxMemoryBytes };
    }
}
