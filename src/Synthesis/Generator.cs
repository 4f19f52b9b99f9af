using Vgpnn.Kernels;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Synthesis;

/// <summary>Makes diverse samples of one clip (paper, section 3). Samples may be made in any order, one at a time.</summary>
public sealed class Generator
{
    /// <summary>Plans the run; nothing heavy happens yet.</summary>
    /// <exception cref="VgpnnException">The options and the clip's size do not go together.</exception>
    public Generator(Clip input, GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        Plan = PyramidPlanner.Plan(input.Extent, options);
    }

    /// <summary>Levels, memory and work.</summary>
    public PyramidPlan Plan { get; }

    /// <summary>The noise's standard deviation, resolved where it was left to the program (some computation at the first call).</summary>
    public double ResolveNoise(Workers workers) => throw new NotImplementedException();

    /// <summary>Makes sample <paramref name="index"/> of <paramref name="seed"/>: the same frames for any number of threads.</summary>
    /// <param name="seed">The seed of the whole set.</param>
    /// <param name="index">Which sample of the set, from 0.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="observe">Told of every step, on the caller's thread; null: nobody listens.</param>
    /// <param name="resumeFrom">The output of a finished level of the same sample, to go on from; null: from the coarsest.</param>
    public Clip Generate(
        ulong seed, int index, Workers workers, Action<SynthesisEvent>? observe = null, Checkpoint? resumeFrom = null) =>
        throw new NotImplementedException();
}

/// <summary>The state of a run between two levels.</summary>
/// <param name="Level">Index of the finished level.</param>
/// <param name="Output">Its output y_n.</param>
public sealed record Checkpoint(int Level, Volume Output);

/// <summary>Chooses the levels of a run.</summary>
public static class PyramidPlanner
{
    /// <summary>The plan for a clip of this size.</summary>
    /// <exception cref="VgpnnException">Kind Usage or Input, where no plan can be.</exception>
    public static PyramidPlan Plan(Extent input, GenerationOptions options) => throw new NotImplementedException();
}
