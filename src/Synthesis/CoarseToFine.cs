using System.Diagnostics;
using Vgpnn.Kernels;

namespace Vgpnn.Synthesis;

/// <summary>Walks the levels from the coarsest to the finest (paper, section 3.2).</summary>
/// <typeparam name="T">Float, or byte for the fast engine.</typeparam>
internal sealed class CoarseToFine<T>(
    PyramidPlan plan, InputPyramid<T> pyramid, MethodOptions options, Canvas canvas, BorderRule border = BorderRule.Mirror)
    where T : unmanaged
{
    /// <summary>Runs all levels, or those finer than the one that the run resumes from.</summary>
    /// <param name="coarsestQuery">Q of the coarsest level in [−1, 1] plus noise; not called when the run resumes.</param>
    /// <param name="run">The sample.</param>
    /// <param name="last">The finest level to run.</param>
    /// <returns>The output of level <paramref name="last"/>: y₀ unless told otherwise.</returns>
    public Volume<T> Run(Func<Volume<float>> coarsestQuery, SampleRun run, int last = 0)
    {
        (ulong seed, _, Workers workers, Action<SynthesisEvent>? observe, Checkpoint? resumeFrom) = run;
        var progress = new ProgressCount(plan, options, observe);
        Volume<T>? output = (Volume<T>?)resumeFrom?.Output;
        LevelFields fields = resumeFrom?.Fields ?? default;
        if (resumeFrom?.Part is not null)
        {
            // Here the run goes on writing where the checkpoint left off, and a checkpoint may be used again.
            output = output!.Clone();
            fields = new LevelFields(fields.Matches!.RepeatedBefore(0), null);
        }

        var layer = new VpnnLayer<T>(options, canvas) { Fields = fields };
        foreach (LevelPlan level in plan.Levels.Skip(last).Reverse())
        {
            LevelPart? from = level.Index == resumeFrom?.Level ? resumeFrom.Part : null;
            if (resumeFrom is not null && level.Index >= resumeFrom.Level && from is null)
            {
                progress.Skip(level);
                continue;
            }

            var resampling = Stopwatch.StartNew();
            Volume<T> values = pyramid.Level(level.Index, workers);
            ulong levelSeed = Hash.Derive(seed, (ulong)level.Index);
            float[]? weights = pyramid.KeyWeights(level);
            LayerTiming timing;
            if (output is null)
            {
                Volume<float> query = coarsestQuery();
                resampling.Stop();
                (output, timing) = layer.RunCoarsest(level, query, values, weights, levelSeed, workers, progress.For(level));
            }
            else
            {
                if (from is null) output = canvas.Enlarge(output, plan.Levels[level.Index + 1], level, border, workers);
                Volume<T>? blurred = from is null or { Iteration: 0 } ? pyramid.Blurred(level.Index, workers) : null;
                resampling.Stop();
                if (Volume.Bytes<T>(level.Input, 3) > PlanCost.LargeVolume)
                {
                    // What the coarser level has left goes back to the system: it is of other sizes than what comes now.
                    if (!level.StartsFromCoarser && from is null) layer.Fields = default;
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                }

                Volume<T> now = output;
                timing = layer.Run(
                    level, output, ref blurred, values, weights, levelSeed, workers, progress.For(level), from,
                    options.FollowsStructure ? null : part => progress.Passed(level, new Checkpoint(level.Index, now) { Fields = layer.Fields, Part = part }));
            }

            progress.Finished(level, output, new LevelTiming(resampling.Elapsed, timing.Search, timing.Vote, timing.MeanDistance), layer.Fields);
        }

        return output ?? throw new InvalidOperationException("a plan has at least one level");
    }

    /// <summary>Turns finished work into a fraction of the whole that never decreases.</summary>
    private sealed class ProgressCount
    {
        private readonly MethodOptions _options;
        private readonly Action<SynthesisEvent>? _observe;
        private readonly double _total;
        private double _latest;
        private double _done;

        public ProgressCount(PyramidPlan plan, MethodOptions options, Action<SynthesisEvent>? observe)
        {
            _options = options;
            _observe = observe;
            _total = plan.Levels.Sum(Work);
        }

        public void Skip(LevelPlan level) => _done += Work(level);

        public Action<int, double>? For(LevelPlan level)
        {
            if (_observe is null) return null;
            double before = _done;
            return (iteration, part) =>
            {
                double done = before;
                for (int j = 0; j < iteration; j++) done += PlanCost.Work<T>(_options, level, j);
                done += part * PlanCost.Evaluations<T>(_options, level, iteration);
                _latest = done / _total;
                _observe(new IterationProgress(level, _latest, iteration + 1));
            };
        }

        public void Passed(LevelPlan level, Checkpoint state) => _observe?.Invoke(new SearchPassed(level, _latest, state));

        public void Finished(LevelPlan level, Volume output, LevelTiming timing, LevelFields fields)
        {
            _done += Work(level);
            _observe?.Invoke(new LevelFinished(level, Math.Min(1, _done / _total), output, timing) { Fields = fields });
        }

        private double Work(LevelPlan level) => Enumerable.Range(0, level.Iterations).Sum(j => PlanCost.Work<T>(_options, level, j));
    }
}
