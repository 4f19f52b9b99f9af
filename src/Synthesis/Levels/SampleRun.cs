using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Levels;

/// <summary>One sample under way.</summary>
/// <param name="Seed">The sample's own seed.</param>
/// <param name="Index">Number of the sample in the set, from 0.</param>
/// <param name="Workers">Threads and cancellation.</param>
/// <param name="Observe">Callback invoked on the calling thread with every event; <c>null</c> for none.</param>
/// <param name="ResumeFrom">State to resume from; <c>null</c> to begin at the coarsest level.</param>
internal sealed record SampleRun(ulong Seed, int Index, Workers Workers, Action<SynthesisEvent>? Observe, Checkpoint? ResumeFrom);

/// <summary>The queries that samples start from at the coarsest level.</summary>
/// <param name="Query">Q of a sample in one of its starts, T×H×W×3 in [−1, 1] plus noise.</param>
/// <param name="Unchanged">The input at the level where starts are compared, in the output's size.</param>
internal sealed record CoarsestQueries(Func<SampleRun, int, Volume<float>> Query, Func<Volume<float>> Unchanged)
{
    /// <summary>Queries of an application with one start per sample.</summary>
    public static CoarsestQueries Of(Func<SampleRun, Volume<float>> query) =>
        new((run, _) => query(run), () => throw new InvalidOperationException("the application has one start per sample"));
}
