using System.Diagnostics;
using Vgpnn.Kernels;
using Vgpnn.Kernels.OpenCl;
using Vgpnn.Synthesis.Backends.Cpu;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>
/// Samples on a device. Each call is one work item, so that other batches get their turn in between. Only the coarsest queries, which hold the noise, go to
/// the device, and only finished levels come back.
/// </summary>
internal sealed class GpuBatch(GpuBackend backend, IReadOnlyList<ulong> seeds, IDisposable reservation, CancellationToken cancellation) : ILevelBatch
{
    private readonly Stopwatch _resampling = new();
    private readonly Stopwatch _searching = new();
    private readonly Stopwatch _voting = new();
    private LevelPlan? _level;
    private DeviceSeeds? _seeds;
    private GpuLevel? _input;
    private GpuLevel? _values;
    private DeviceVolume? _noisy;
    private DeviceVolume? _blurred;
    private DeviceVolume? _output;
    private DeviceField? _field;

    private GpuLevels Levels => backend.Levels;

    public void Start(LevelPlan level, IReadOnlyList<Volume<float>> queries)
    {
        Canvas host = Canvas.Of(backend.Inputs);
        Volume<float>[] whole = [.. queries.Select(q => host.Query(level, q))];
        Volume<byte>[]? cut = GpuBuffers.IsWide(level) ? null : [.. whole.Select(Bytes)];
        backend.Device.Run(
            engine =>
            {
                Begin(engine, level);
                _noisy = cut is null ? engine.UploadWide(whole) : engine.Upload(cut);
                _output = engine.Allocate(level.Output, seeds.Count);
                _resampling.Stop();
            },
            cancellation);
    }

    public void Enlarge(LevelPlan level) => backend.Device.Run(
        engine =>
        {
            Begin(engine, level);
            DeviceVolume coarser = _output!;
            _output = backend.Canvas.Enlarge(engine, coarser, backend.Inputs.Plan.Levels[level.Index + 1], level);
            coarser.Dispose();
            _blurred = Levels.Blurred(engine, level.Index);
            _resampling.Stop();
        },
        cancellation);

    public void Restore(LevelPlan level, Checkpoint checkpoint)
    {
        if (checkpoint.Part is not null) throw new NotSupportedException("a device goes on from finished levels only");
        backend.Device.Run(
            engine =>
            {
                Open(engine);
                _output = engine.Upload((Volume<byte>)checkpoint.Output);
            },
            cancellation);
    }

    public void Iterate(int iteration, IterationReports reports) => backend.Device.Run(
        engine =>
        {
            LevelPlan level = _level!;
            _field ??= engine.Field(level.Query, level.Input, level.Patch, seeds.Count);
            _searching.Start();
            Search(engine, level, iteration);
            _searching.Stop();
            _voting.Start();
            backend.Canvas.Vote(engine, level, _values!.Values, _field, _output!);
            engine.Pace(cancellation);
            _voting.Stop();
        },
        cancellation);

    public PendingLevel Finish() => backend.Device.Run(
        engine =>
        {
            LevelPlan level = _level!;
            PendingMeans means = engine.BeginMeanDistances(_field!);
            Volume<byte>[] outputs = [.. seeds.Select(_ => new Volume<byte>(level.Output, 3))];
            PendingDownload download = engine.BeginDownload(_output!, outputs);
            IReadOnlyList<KernelLaunch> launches = engine.Session.TakeLaunches(cancellation);
            LevelTiming timing = launches.Count > 0
                ? Timing(launches)
                : new LevelTiming(_resampling.Elapsed, _searching.Elapsed, _voting.Elapsed, 0);
            FreeLevel();
            return (PendingLevel)new Returning(
                backend.Device, download, means, new LevelResult(outputs, [], timing) { Launches = launches }, cancellation);
        },
        cancellation);

    public double[] MissingInput(LevelPlan level) => backend.Device.Run(
        engine =>
        {
            _values = Levels.Take(engine, level.Index);
            using DeviceField field = engine.Field(level.Input, level.Output, level.Patch, seeds.Count);
            engine.Exhaustive(new DeviceSearch { Query = _values.Values, Keys = _output!, Field = field, Seeds = _seeds!, Cancellation = cancellation });
            using PendingMeans means = engine.BeginMeanDistances(field);
            return means.Wait(cancellation);
        },
        cancellation);

    public void Dispose()
    {
        backend.Device.Free(() =>
        {
            FreeLevel();
            _output?.Dispose();
            _seeds?.Dispose();
            if (_input is not null) Levels.Return(_input);
            (_output, _seeds, _input) = (null, null, null);
        });
        reservation.Dispose();
    }

    // The level's values are held until the level is finished, the input in full size until the batch ends: other levels are made from it.
    private void Begin(OpenClEngine engine, LevelPlan level)
    {
        Open(engine);
        _resampling.Restart();
        _searching.Reset();
        _voting.Reset();
        _level = level;
        _values = Levels.Take(engine, level.Index);
    }

    private void Open(OpenClEngine engine)
    {
        if (_seeds is not null) return;
        backend.Device.Memory.MakeRoom();
        _seeds = engine.Seeds(seeds);
        _input = Levels.Take(engine, 0);
    }

    private void Search(OpenClEngine engine, LevelPlan level, int iteration)
    {
        DeviceVolume query = _noisy ?? backend.Canvas.Query(engine, level, _output!);
        var task = new DeviceSearch
        {
            Query = query,
            Keys = _blurred ?? _values!.Values,
            Field = _field!,
            Weights = Levels.KeyWeights(engine, _values!, level),
            Iteration = iteration,
            Seeds = _seeds!,
            Purpose = Hash.Derive((ulong)level.Index, (ulong)iteration),
            Cancellation = cancellation,
        };
        if (backend.Searches(level, iteration) == SearchMethod.Exhaustive) engine.Exhaustive(task);
        else engine.JumpFlood(task);
        if (query != _output) query.Dispose();
        _blurred?.Dispose();
        (_noisy, _blurred) = (null, null);
    }

    private void FreeLevel()
    {
        _noisy?.Dispose();
        _blurred?.Dispose();
        _field?.Dispose();
        if (_values is not null) Levels.Return(_values);
        (_noisy, _blurred, _field, _values) = (null, null, null, null);
    }

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

    // A level's outputs and distances on their way to the host.
    private sealed class Returning(
        GpuDevice device, PendingDownload download, PendingMeans means, LevelResult result, CancellationToken cancellation) : PendingLevel
    {
        public override bool HasArrived => false;

        public override LevelResult Wait() => device.Run(
            _ =>
            {
                download.Wait(cancellation);
                double unit = LevelUnits.PerSquared<byte>();
                return result with { MeanDistances = [.. means.Wait(cancellation).Select(m => m / unit)] };
            },
            cancellation);

        public override void Dispose() => device.Free(() =>
        {
            download.Dispose();
            means.Dispose();
        });
    }
}
