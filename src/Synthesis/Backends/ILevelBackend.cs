using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends;

/// <summary>
/// Computes the levels of samples, on the CPU or on a device. <see cref="Levels.LevelRunner"/> decides the order of levels and iterations and reports
/// events; a backend holds the volumes and fields, and does the arithmetic. <see cref="RunInputs"/> describes everything that a level needs in terms of
/// the method, so that applications need no code of their own here: a backend copies the masks, structures and weights of the description into its
/// own buffers.
/// </summary>
internal interface ILevelBackend
{
    /// <summary>Maximum number of samples in a batch, at least 1.</summary>
    int BatchSize { get; }

    /// <summary>Maximum number of starts in a batch that runs the two coarsest levels only, at least 1.</summary>
    int StartBatchSize { get; }

    /// <summary>Estimated number of patch distances of one EM iteration of one sample.</summary>
    double Evaluations(LevelPlan level, int iteration);

    /// <summary>The buffers that a batch holds, level by level.</summary>
    /// <param name="samples">Samples in the batch.</param>
    /// <param name="finest">The finest level that it runs, 0 for whole samples.</param>
    MemoryEstimate Memory(int samples, int finest);

    /// <summary>Begins a batch as soon as its memory is available; dispose of it to free its buffers.</summary>
    /// <param name="seeds">The seed of each sample.</param>
    /// <param name="finest">The finest level that it will run, 0 for whole samples.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <exception cref="VgpnnException">Kind Device: the device is lost or too small.</exception>
    ILevelBatch Open(IReadOnlyList<ulong> seeds, int finest, Workers workers);
}

/// <summary>
/// Samples that are made together. A level begins with <see cref="Start"/>, <see cref="Enlarge"/> or <see cref="Restore"/>, takes one or more calls of
/// <see cref="Iterate"/>, and ends with <see cref="Finish"/>. Call all members from one thread. A sample does not depend on the others of its batch.
/// </summary>
internal interface ILevelBatch : IDisposable
{
    /// <summary>Begins the coarsest level.</summary>
    /// <param name="level">The coarsest level.</param>
    /// <param name="queries">Q of each sample, T×H×W×3 in [−1, 1] plus noise.</param>
    void Start(LevelPlan level, IReadOnlyList<Volume<float>> queries);

    /// <summary>Begins a level with the enlarged output of the next coarser one.</summary>
    void Enlarge(LevelPlan level);

    /// <summary>Restores the state of an interrupted run; the batch has one sample.</summary>
    /// <param name="level">The checkpoint's level: under way if <see cref="Checkpoint.Part"/> is set, otherwise finished.</param>
    /// <param name="checkpoint">Is not changed.</param>
    void Restore(LevelPlan level, Checkpoint checkpoint);

    /// <summary>Searches and votes once. A device may still be working when this returns.</summary>
    /// <param name="iteration">EM iteration, from 0.</param>
    /// <param name="reports">Callbacks, invoked on the calling thread.</param>
    void Iterate(int iteration, IterationReports reports);

    /// <summary>Ends the level.</summary>
    /// <returns>The result; a device may still download it while the next level begins.</returns>
    PendingLevel Finish();

    /// <summary>
    /// Mean distance of the input's patches to their nearest patches in each sample's output, a measure of what the output lacks. Call it for a finished level.
    /// </summary>
    double[] MissingInput(LevelPlan level);
}

/// <summary>Callbacks of one iteration.</summary>
/// <param name="Searched">Invoked with the searched fraction of the iteration, 0 to 1; <c>null</c> for none.</param>
/// <param name="Passed">Invoked with a sample's state that a run can resume from within the level; <c>null</c> for none.</param>
internal readonly record struct IterationReports(Action<double>? Searched, Action<Checkpoint>? Passed);
