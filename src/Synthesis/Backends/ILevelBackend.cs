using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends;

/// <summary>
/// Computes the levels of samples: on the CPU or on a device. <see cref="Levels.LevelRunner"/> decides which level and which iteration is next and reports
/// what happened; a backend holds the volumes and fields, and does the arithmetic. Everything that a level needs is described by <see cref="RunInputs"/>
/// in terms of the method, so that an application needs no code of its own in the walk: a backend that supports it brings the masks,
/// structures and weights of the description into its own buffers.
/// </summary>
internal interface ILevelBackend
{
    /// <summary>Maximum number of samples in a batch, at least 1.</summary>
    int BatchSize { get; }

    /// <summary>Maximum number of starts in a batch that runs the two coarsest levels only, at least 1.</summary>
    int StartBatchSize { get; }

    /// <summary>Estimated patch distances of one EM iteration of one sample.</summary>
    double Evaluations(LevelPlan level, int iteration);

    /// <summary>The buffers that a batch holds, level by level.</summary>
    /// <param name="samples">Samples in the batch.</param>
    /// <param name="finest">The finest level that it runs, 0 for whole samples.</param>
    MemoryEstimate Memory(int samples, int finest);

    /// <summary>Begins a batch, when there is enough memory for it; dispose of it to free its buffers.</summary>
    /// <param name="seeds">The seed of each sample.</param>
    /// <param name="finest">The finest level that it will run, 0 for whole samples.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <exception cref="VgpnnException">Kind Device: the device is lost or too small.</exception>
    ILevelBatch Open(IReadOnlyList<ulong> seeds, int finest, Workers workers);
}

/// <summary>
/// Samples that are made together. A level is begun by <see cref="Start"/>, <see cref="Enlarge"/> or <see cref="Restore"/>, takes one or more calls of
/// <see cref="Iterate"/>, and ends with <see cref="Finish"/>. One thread calls all of them. What a sample becomes does not depend on the others.
/// </summary>
internal interface ILevelBatch : IDisposable
{
    /// <summary>Begins the coarsest level.</summary>
    /// <param name="level">The coarsest level.</param>
    /// <param name="queries">Q of each sample, T×H×W×3 in [−1, 1] plus noise.</param>
    void Start(LevelPlan level, IReadOnlyList<Volume<float>> queries);

    /// <summary>Begins a level with the enlarged output of the next coarser one.</summary>
    void Enlarge(LevelPlan level);

    /// <summary>Takes over the state of an interrupted run; the batch has one sample.</summary>
    /// <param name="level">The checkpoint's level. It is begun where <see cref="Checkpoint.Part"/> is set, and finished otherwise.</param>
    /// <param name="checkpoint">Remains unchanged.</param>
    void Restore(LevelPlan level, Checkpoint checkpoint);

    /// <summary>Searches and votes once. A device may still be at work afterwards.</summary>
    /// <param name="iteration">EM iteration, from 0.</param>
    /// <param name="reports">Callbacks, invoked on the calling thread.</param>
    void Iterate(int iteration, IterationReports reports);

    /// <summary>Ends the level.</summary>
    /// <returns>The result; on a device it may still be on its way while the next level is begun.</returns>
    PendingLevel Finish();

    /// <summary>
    /// Mean distance of the input's patches to their nearest patches in each sample's output: how much of the input is missing there. The level is finished.
    /// </summary>
    double[] MissingInput(LevelPlan level);
}

/// <summary>Callbacks of one iteration.</summary>
/// <param name="Searched">Invoked with the searched fraction of the iteration, 0 to 1; <c>null</c> for none.</param>
/// <param name="Passed">Invoked with the state of a sample that can be resumed in the middle of the level; <c>null</c> for none.</param>
internal readonly record struct IterationReports(Action<double>? Searched, Action<Checkpoint>? Passed);
