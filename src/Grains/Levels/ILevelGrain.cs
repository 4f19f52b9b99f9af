using System.Globalization;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;

namespace Vgpnn.Grains.Levels;

/// <summary>
/// One level of a request's input on this silo, shared by all samples that are made of it here: level 0 is the decoded input with
/// all that is prepared of it once, the others are resized from it. What it holds can always be made again, and goes with the
/// activation. Key: <see cref="RequestPlan.LevelKey"/> and the level.
/// </summary>
[Alias("vgpnn.level")]
internal interface ILevelGrain : IGrainWithStringKey
{
    /// <summary>Level 0: decodes the input when it is first asked for.</summary>
    Task<LevelContent> Open(RequestWork work);

    /// <summary>The level, if it is held.</summary>
    Task<LevelContent> Find();

    /// <summary>Takes the level over.</summary>
    Task Keep(LevelContent content);
}

/// <summary>What a level grain holds. It is handed over by reference within a silo, and never sent to another one.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.level-content")]
internal sealed class LevelContent
{
    /// <summary>Nothing.</summary>
    public static LevelContent None { get; } = new();

    /// <summary>Level 0: makes samples of the input.</summary>
    [field: NonSerialized]
    public Sampler? Sampler { get; init; }

    /// <summary>Another level.</summary>
    [field: NonSerialized]
    public Volume? Volume { get; init; }

    /// <summary>Why the level could not be made.</summary>
    [field: NonSerialized]
    public Exception? Error { get; init; }
}

/// <summary>Level grains by their keys.</summary>
internal static class LevelGrains
{
    /// <summary>A level.</summary>
    public static ILevelGrain Level(this IGrainFactory grains, string levelKey, int level) =>
        grains.GetGrain<ILevelGrain>(string.Create(CultureInfo.InvariantCulture, $"{levelKey}/{level}"));
}
