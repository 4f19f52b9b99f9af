using System.Diagnostics;
using Vgpnn.Kernels;
using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Synthesis;

/// <summary>
/// Walks the levels on a device, as <see cref="CoarseToFine{T}"/> does on the processor, with several samples of one video at a time: small
/// levels of one alone would leave most of the device idle. What a sample becomes does not depend on those beside it. What a
/// level comes to goes back to the host while the next one is begun; to the device go only the coarsest queries, which hold the noise.
/// </summary>
/// <param name="levels">The input on the device.</param>
/// <param name="plan">Sizes.</param>
/// <param name="options">The knobs of the method.</param>
/// <param name="runs">The samples; one that resumes is alone.</param>
internal sealed class DeviceWalk(DeviceLevels levels, PyramidPlan plan, MethodOptions options, IReadOnlyList<SampleRun> runs) : IDisposable
{
    // What a voted voxel costs beside a patch evaluation, for progress.
    private const double VoteWeight = 20;

    // A coarsest level with more patch distances than this is no coarse one: its query is cut to bytes, and searched as all others are.
    private const double MostWide = 1e10;

    private readonly OpenClEngine _engine = levels.Engine;
    private readonly DeviceCanvas _canvas = new(levels.Engine, options);
    private readonly CancellationToken _cancellation = runs[0].Workers.Cancellation;
    private DeviceSeeds? _seeds;
    private DeviceVolume? _output;
    private Result? _unreported;
    private double _done;

    /// <summary>Makes the samples.</summary>
    /// <param name="query">Q of a sample at the coarsest level, in [−1, 1] plus noise, in one of its starts.</param>
    /// <param name="unchanged">The input at the level where starts are judged, in the output's size; null: there is one start.</param>
    /// <returns>y₀ of each.</returns>
    public IReadOnlyList<Volume<byte>> Run(Func<SampleRun, int, Volume<float>> query, Volume<float>? unchanged = null)
    {
        int next = plan.Levels.Count - 1;
        if (runs[0].ResumeFrom is { } checkpoint)
        {
            var output = (Volume<byte>)checkpoint.Output;
            foreach (LevelPlan level in plan.Levels.Skip(checkpoint.Level)) _done += Work(level);
            if (checkpoint.Level == 0) return [output];
            Seed(1);
            _output = _engine.Upload(output);
            next = checkpoint.Level - 1;
        }
        else if (unchanged is not null)
        {
            Start(query, unchanged);
            next -= 2;
        }
        else
        {
            Seed(1);
            Later(Coarsest([.. runs.Select(r => query(r, 0))]));
            next--;
        }

        for (; next >= 0; next--) Later(Level(plan.Levels[next]));
        IReadOnlyList<Volume<byte>> outputs = _unreported!.Outputs;
        Report();
        return outputs;
    }

    public void Dispose()
    {
        _unreported?.Dispose();
        _output?.Dispose();
        _seeds?.Dispose();
    }

    // Every start of every sample at once; the best of each goes on.
    private void Start(Func<SampleRun, int, Volume<float>> query, Volume<float> unchanged)
    {
        int starts = plan.Starts;
        LevelPlan judged = SampleStart.JudgedLevel(plan.Levels);
        Seed(starts);
        using Result first = Coarsest([.. runs.SelectMany(r => Enumerable.Range(0, starts).Select(i => query(r, i)))]);
        using Result second = Level(judged);
        DeviceVolume input = levels.Level(judged.Index);
        using DeviceField users = _engine.Field(judged.Input, judged.Output, judged.Patch, runs.Count * starts);
        _engine.Exhaustive(new DeviceSearch { Query = input, Keys = _output!, Field = users, Seeds = _seeds!, Cancellation = _cancellation });
        levels.Return(judged.Index, input);
        using PendingMeans means = _engine.BeginMeanDistances(users);
        double[] missing = means.Wait(_cancellation);
        second.Arrive(_cancellation);
        double[] different = [.. second.Outputs.Select(o => SampleStart.Difference(o, unchanged))];
        int[] chosen = [.. Enumerable.Range(0, runs.Count).Select(r =>
        {
            Range own = (r * starts)..((r + 1) * starts);
            return (r * starts) + SampleStart.Choose(missing[own], different[own]);
        })];
        DeviceVolume all = _output!;
        _output = _engine.Chosen(all, chosen);
        all.Dispose();
        Seed(1);
        first.Arrive(_cancellation);
        Report(first, chosen);
        Report(second, chosen);
    }

    private void Seed(int starts)
    {
        _seeds?.Dispose();
        _seeds = _engine.Seeds([.. runs.SelectMany(r => Enumerable.Repeat(r.Seed, starts))]);
    }

    private Result Coarsest(IReadOnlyList<Volume<float>> queries)
    {
        LevelPlan level = plan.Coarsest;
        var clock = Stopwatch.StartNew();
        DeviceVolume values = levels.Level(level.Index);
        bool wide = (double)level.QueryGrid.Count * level.KeyGrid.Count * queries.Count <= MostWide;
        Canvas canvas = Canvas.Of(options);
        Volume<float>[] wrapped = [.. queries.Select(q => canvas.Query(level, q))];
        using DeviceVolume query = wide ? _engine.UploadWide(wrapped) : _engine.Upload([.. wrapped.Select(Bytes)]);
        _output = _engine.Allocate(level.Output, queries.Count);
        DeviceVolume? keys = null;
        Result result = Iterate(level, query, ref keys, values, clock.Elapsed);
        levels.Return(level.Index, values);
        return result;
    }

    private Result Level(LevelPlan level)
    {
        var clock = Stopwatch.StartNew();
        DeviceVolume coarser = _output!;
        _output = _canvas.Enlarge(coarser, plan.Levels[level.Index + 1], level);
        coarser.Dispose();
        DeviceVolume? blurred = levels.Blurred(level.Index);
        DeviceVolume values = levels.Level(level.Index);
        try
        {
            return Iterate(level, null, ref blurred, values, clock.Elapsed);
        }
        finally
        {
            blurred?.Dispose();
            levels.Return(level.Index, values);
        }
    }

    // EM iterations; the first one's query may be given.
    private Result Iterate(LevelPlan level, DeviceVolume? first, ref DeviceVolume? blurred, DeviceVolume values, TimeSpan resampling)
    {
        DeviceVolume output = _output!;
        DeviceWeights? weights = levels.KeyWeights(level);
        using DeviceField field = _engine.Field(level.Query, level.Input, level.Patch, output.Samples);
        Stopwatch search = new(), vote = new();
        double before = _done;
        for (int j = 0; j < level.Iterations; j++)
        {
            search.Start();
            DeviceVolume query = j == 0 && first is not null ? first : _canvas.Query(level, output);
            var task = new DeviceSearch
            {
                Query = query,
                Keys = blurred ?? values,
                Field = field,
                Weights = weights,
                Iteration = j,
                Seeds = _seeds!,
                Purpose = Hash.Derive((ulong)level.Index, (ulong)j),
                Cancellation = _cancellation,
            };
            if (IsExhaustive(level) || query.IsWide) _engine.Exhaustive(task);
            else _engine.JumpFlood(task);
            if (query != output && query != first) query.Dispose();
            blurred?.Dispose();
            blurred = null;
            search.Stop();

            // The coarser level's output has come back meanwhile.
            Report();
            vote.Start();
            _canvas.Vote(level, values, field, output);
            _engine.Pace(_cancellation);
            vote.Stop();
            _done += Work(level, j);
            for (int i = 0; i < runs.Count; i++) runs[i].Observe?.Invoke(new IterationProgress(level, Fraction(_done), j + 1));
        }

        _done = before + Work(level);
        PendingMeans means = _engine.BeginMeanDistances(field);
        Volume<byte>[] volumes = [.. Enumerable.Range(0, output.Samples).Select(_ => new Volume<byte>(level.Output, 3))];
        PendingDownload download = _engine.BeginDownload(output, volumes);
        IReadOnlyList<KernelLaunch> launches = _engine.Queue.TakeLaunches(_cancellation);
        var timing = launches.Count > 0 ? Timing(launches) : new LevelTiming(resampling, search.Elapsed, vote.Elapsed, 0);
        return new Result(level, volumes, download, means, timing, Fraction(_done), launches);
    }

    private void Later(Result result)
    {
        Report();
        _unreported = result;
    }

    private void Report()
    {
        if (_unreported is not { } result) return;
        result.Arrive(_cancellation);
        _unreported = null;
        Report(result, [.. Enumerable.Range(0, runs.Count)]);
    }

    private void Report(Result result, int[] chosen)
    {
        for (int i = 0; i < runs.Count; i++)
        {
            double mean = result.Distances[chosen[i]] / (127.5 * 127.5);
            runs[i].Observe?.Invoke(new LevelFinished(
                result.Level, result.Fraction, result.Outputs[chosen[i]], result.Timing with { MeanDistance = mean })
            {
                Launches = i == 0 ? result.Launches : [],
            });
        }
    }

    private double Fraction(double done) => Math.Min(1, done / plan.Levels.Sum(Work));

    private double Work(LevelPlan level) => Enumerable.Range(0, level.Iterations).Sum(j => Work(level, j));

    private double Work(LevelPlan level, int iteration)
    {
        long patches = level.QueryGrid.Count;
        double search = IsExhaustive(level) ? (double)patches * level.KeyGrid.Count : OpenClEngine.Evaluations(patches, iteration);
        return search + (VoteWeight * level.Output.Count);
    }

    private bool IsExhaustive(LevelPlan level) =>
        options.Search == SearchMethod.Exhaustive || (options.Search == SearchMethod.PatchMatch && level.KeyGrid.Count <= PatchSearch.SmallLevel);

    private static Volume<byte> Bytes(Volume<float> floats)
    {
        var bytes = new Volume<byte>(floats.Extent, floats.Channels);
        for (int i = 0; i < floats.Count; i++) bytes.Samples[i] = RgbSamples.ToByte(floats.Samples[i]);
        return bytes;
    }

    private static LevelTiming Timing(IReadOnlyList<KernelLaunch> launches)
    {
        TimeSpan Sum(Func<string, bool> those) => TimeSpan.FromSeconds(launches.Where(l => those(l.Kernel)).Sum(l => l.Seconds));
        bool IsVote(string kernel) => kernel.StartsWith("vote", StringComparison.Ordinal);
        bool IsResampling(string kernel) => kernel is "pack" or "unpack" || kernel.StartsWith("resample", StringComparison.Ordinal);
        return new LevelTiming(Sum(IsResampling), Sum(k => !IsVote(k) && !IsResampling(k)), Sum(IsVote), 0);
    }

    /// <summary>What a level came to, on its way back.</summary>
    private sealed record Result(
        LevelPlan Level, IReadOnlyList<Volume<byte>> Outputs, PendingDownload Download, PendingMeans Means, LevelTiming Timing, double Fraction,
        IReadOnlyList<KernelLaunch> Launches) : IDisposable
    {
        public double[] Distances { get; private set; } = [];

        public void Arrive(CancellationToken cancellation)
        {
            Download.Wait(cancellation);
            Distances = Means.Wait(cancellation);
        }

        public void Dispose()
        {
            Download.Dispose();
            Means.Dispose();
        }
    }
}
