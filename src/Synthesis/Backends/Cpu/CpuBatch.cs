using System.Diagnostics;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends.Cpu;

/// <summary>One sample on the CPU.</summary>
internal sealed class CpuBatch<T>(CpuBackend<T> backend, ulong seed, Workers workers) : ILevelBatch
    where T : unmanaged
{
    private readonly VpnnLayer<T> _layer = new(backend.Options, backend.Canvas);
    private readonly Stopwatch _resampling = new();
    private LevelPlan? _level;
    private LevelPlan? _collected;
    private Volume<float>? _coarsestQuery;
    private Volume<T>? _output;
    private Volume<T>? _values;
    private Volume<T>? _blurred;
    private float[]? _weights;
    private int _stepsDone;
    private bool _isEnlarged;

    public void Start(LevelPlan level, IReadOnlyList<Volume<float>> queries)
    {
        Begin(level);
        _coarsestQuery = queries[0];
        _resampling.Stop();
    }

    public void Enlarge(LevelPlan level)
    {
        Begin(level);
        _output = backend.Canvas.Enlarge(_output!, backend.Plan.Levels[level.Index + 1], level, backend.Border, workers);
        _blurred = backend.Pyramid.Blurred(level.Index, workers);
        _resampling.Stop();
        _isEnlarged = true;
    }

    public void Restore(LevelPlan level, Checkpoint checkpoint)
    {
        _output = (Volume<T>)checkpoint.Output;
        _layer.Fields = checkpoint.Fields;
        if (checkpoint.Part is not { } part) return;

        // The level continues to write into these buffers, and the checkpoint may be used again.
        _output = _output.Clone();
        _layer.Fields = new LevelFields(checkpoint.Fields.Matches!.RepeatedBefore(0), null);
        _layer.Reset();
        Begin(level);
        if (part.Iteration == 0) _blurred = backend.Pyramid.Blurred(level.Index, workers);
        _stepsDone = part.Steps;
        _resampling.Stop();
    }

    public void Iterate(int iteration, IterationReports reports)
    {
        LevelPlan level = _level!;
        if (level != backend.Plan.Coarsest) CollectIfLarge(level);
        if (_isEnlarged) _layer.Begin(level);
        _isEnlarged = false;
        ulong levelSeed = Hash.Derive(seed, (ulong)level.Index);
        if (_coarsestQuery is { } query)
        {
            _coarsestQuery = null;
            _output = _layer.IterateCoarsest(level, query, _values!, _weights, levelSeed, workers, reports.Searched);
            return;
        }

        Volume<T> output = _output!;
        bool resumable = reports.Passed is not null && !backend.Options.FollowsStructure && level != backend.Plan.Coarsest;
        _layer.Iterate(
            level, iteration, output, ref _blurred, _values!, _weights, levelSeed, workers, reports.Searched, _stepsDone,
            resumable ? steps => reports.Passed!(State(new LevelPart(iteration, steps))) : null);
        _stepsDone = 0;

        Checkpoint State(LevelPart part) => new(level.Index, output) { Fields = _layer.Fields, Part = part };
    }

    public PendingLevel Finish()
    {
        LayerTiming timing = _layer.Timing;
        if (!backend.Options.FollowsStructure) _layer.Fields = default;
        (_values, _weights) = (null, null);
        return PendingLevel.Of(new LevelResult(
            [_output!], [timing.MeanDistance], new LevelTiming(_resampling.Elapsed, timing.Search, timing.Vote, 0))
        { Fields = _layer.Fields });
    }

    public double[] MissingInput(LevelPlan level) =>
        [SampleStart.Missing(backend.Pyramid.Level(level.Index, workers), _output!, level.Patch, workers)];

    public void Dispose()
    {
    }

    private void Begin(LevelPlan level)
    {
        _resampling.Restart();
        _level = level;
        _values = backend.Pyramid.Level(level.Index, workers);
        _weights = backend.Pyramid.KeyWeights(level);
    }

    // Returns the coarser level's memory to the system: the next buffers have other sizes. Once per level, and not in the method that made
    // the output, where the coarser one may still be reachable.
    private void CollectIfLarge(LevelPlan level)
    {
        if (_collected == level) return;
        _collected = level;
        if (Volume.Bytes<T>(level.Input, 3) > CpuBuffers.LargeVolume)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
