using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Canvases;

/// <summary>
/// The output side of a level: which part of the output is searched, how its votes are written back, and how it is enlarged. This one uses the whole
/// output; derived classes handle loops, masks and structure.
/// </summary>
internal class Canvas
{
    /// <summary>The canvas that uses the whole output, with borders.</summary>
    public static Canvas Plain { get; } = new();

    /// <summary>The canvas of a run.</summary>
    public static Canvas Of(RunInputs inputs) => inputs switch
    {
        { Masked: { } region } => new MaskedCanvas(region),
        { Structure: { } guide } => new StructureCanvas(guide),
        { Options.Loop: true } => new LoopCanvas(),
        _ => Plain,
    };

    /// <summary>Q of a level, of size <see cref="LevelPlan.Query"/>; may be <paramref name="output"/> itself.</summary>
    public virtual Volume<T> Query<T>(LevelPlan level, Volume<T> output)
        where T : unmanaged => output;

    /// <summary>K of a level, with as many channels as its Q; may be <paramref name="keys"/> itself.</summary>
    public virtual Volume<T> Keys<T>(LevelPlan level, Volume<T> keys)
        where T : unmanaged => keys;

    /// <summary>Folds the matched patches of <see cref="Query"/> into <paramref name="output"/>, whose previous content is not read.</summary>
    public virtual void Vote<T>(
        LevelPlan level, Volume<T> values, NearestNeighbourField field, VoteRule rule, Volume<T> output, Workers workers)
        where T : unmanaged => PatchVoting.Vote(values, field, level.Patch, rule, output, workers);

    /// <summary>A level's output enlarged to the next finer level.</summary>
    public virtual Volume<T> Enlarge<T>(Volume<T> output, LevelPlan from, LevelPlan to, BorderRule border, Workers workers)
        where T : unmanaged => Resampler.Resize(output, to.Output, to.Scale / from.Scale, workers, border);
}
