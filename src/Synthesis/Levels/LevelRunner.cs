using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Levels;

/// <summary>
/// Takes a batch of samples from the coarsest level to the finest (paper, section 3.2), on any backend. It decides the order of levels and iterations, which
/// start a sample uses, and where an interrupted run resumes; <see cref="LevelReports"/> reports the events.
/// </summary>
/// <param name="plan">The levels.</param>
/// <param name="backend">Computes them.</param>
internal sealed class LevelRunner(PyramidPlan plan, ILevelBackend backend)
{
    /// <summary>Makes samples, from the coarsest level or from where the run resumes.</summary>
    /// <param name="runs">At most <see cref="ILevelBackend.BatchSize"/> samples; a run that resumes has one.</param>
    /// <param name="queries">The queries to start from; not used when the run resumes.</param>
    /// <returns>y₀ of each sample.</returns>
    public IReadOnlyList<Volume> Run(IReadOnlyList<SampleRun> runs, CoarsestQueries queries)
    {
        if (runs[0].ResumeFrom is { Level: 0, Part: null } done) return [done.Output];
        int[] starts = runs[0].ResumeFrom is null ? ChooseStarts(runs, queries) : new int[runs.Count];
        using ILevelBatch batch = Open(runs, 0);
        return Walk(batch, runs, i => queries.Query(runs[i], starts[i]), 0).Outputs;
    }

    // Starts are compared one level below the coarsest, without reports, as many at once as the backend supports.
    private int[] ChooseStarts(IReadOnlyList<SampleRun> runs, CoarsestQueries queries)
    {
        int starts = plan.Starts;
        if (starts == 1) return new int[runs.Count];
        LevelPlan judged = SampleStart.JudgedLevel(plan.Levels);
        Volume<float> unchanged = queries.Unchanged();
        var missing = new List<double>();
        var different = new List<double>();
        foreach (int[] group in Enumerable.Range(0, runs.Count * starts).Chunk(backend.StartBatchSize))
        {
            SampleRun[] quiet = [.. group.Select(i => runs[i / starts] with { Observe = null })];
            using ILevelBatch batch = Open(quiet, judged.Index);
            LevelResult result = Walk(batch, quiet, i => queries.Query(quiet[i], group[i] % starts), judged.Index);
            missing.AddRange(batch.MissingInput(judged));
            different.AddRange(result.Outputs.Select(o => SampleStart.Difference(o, unchanged)));
        }

        return [.. Enumerable.Range(0, runs.Count).Select(r => SampleStart.Choose(Own(missing, r), Own(different, r)))];

        double[] Own(List<double> all, int run) => [.. all.GetRange(run * starts, starts)];
    }

    private ILevelBatch Open(IReadOnlyList<SampleRun> runs, int finest) => backend.Open([.. runs.Select(r => r.Seed)], finest, runs[0].Workers);

    // The result of the finest level that is run.
    private LevelResult Walk(ILevelBatch batch, IReadOnlyList<SampleRun> runs, Func<int, Volume<float>> query, int last)
    {
        using var reports = new LevelReports(plan, backend, runs, last);
        (int first, int iteration) = Resume(batch, runs[0].ResumeFrom, reports);
        for (int n = first; n >= last; n--)
        {
            LevelPlan level = plan.Levels[n];
            if (n != runs[0].ResumeFrom?.Level) Begin(level);
            Iterate(batch, level, iteration, reports);
            iteration = 0;
        }

        return reports.Complete();

        void Begin(LevelPlan level)
        {
            if (level == plan.Coarsest) batch.Start(level, [.. Enumerable.Range(0, runs.Count).Select(query)]);
            else batch.Enlarge(level);
        }
    }

    // A method of its own, so that no result of a level is reachable when the next one needs the memory.
    private static void Iterate(ILevelBatch batch, LevelPlan level, int first, LevelReports reports)
    {
        for (int j = first; j < level.Iterations; j++)
        {
            batch.Iterate(j, reports.During(level, j));
            reports.Iterated(level, j);
        }

        reports.Finished(level, batch.Finish());
    }

    // The level and iteration to continue with.
    private (int Level, int Iteration) Resume(ILevelBatch batch, Checkpoint? checkpoint, LevelReports reports)
    {
        if (checkpoint is null) return (plan.Coarsest.Index, 0);
        int first = checkpoint.Part is null ? checkpoint.Level - 1 : checkpoint.Level;
        foreach (LevelPlan level in plan.Levels.Skip(first + 1)) reports.Skip(level);
        batch.Restore(plan.Levels[checkpoint.Level], checkpoint);
        return (first, checkpoint.Part?.Iteration ?? 0);
    }
}
