using Vgpnn.Grains.Abstractions;
using Vgpnn.Synthesis;

namespace Vgpnn.Grains.Levels;

/// <summary>
/// The levels of a request's inputs on this silo: decoded once, resized once, and shared by all samples that are made of them
/// here. What it holds can always be made again; it goes with the activation. Key: <see cref="RequestPlan.LevelKey"/>.
/// </summary>
[Alias("vgpnn.level")]
internal interface ILevelGrain : IGrainWithStringKey
{
    /// <summary>The levels, made when they are first asked for; handed over by reference.</summary>
    Task<LevelSet> Get(RequestWork work);
}

/// <summary>Levels that are handed over by reference within a silo; never sent to another one.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.level-set")]
internal sealed class LevelSet
{
    /// <summary>The sampler that holds the levels.</summary>
    [NonSerialized]
    public readonly Sampler? Sampler;

    /// <summary>Why there is none.</summary>
    [NonSerialized]
    public readonly Exception? Error;

    public LevelSet(Sampler sampler) => Sampler = sampler;

    public LevelSet(Exception error) => Error = error;
}
