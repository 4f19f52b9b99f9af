using System.Diagnostics;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>
/// Samples on a device. Each call is one work item, so that other batches can run in between. Only the coarsest queries, which hold the noise, are
/// uploaded, and only finished levels are downloaded.
/// </summary>
internal sealed class GpuBatch(GpuBackend backend, IReadOnlyList<ulong> seeds, IDisposable reservation, Workers workers) : ILevelBatch
{
    private readonly Stopwatch _resampling = new();
    private readonly Stopwatch _voting = new();
    private readonly GpuSearch _search = new(backend, seeds);
    private LevelPlan? _level;
    private GpuLevel? _input;
    private GpuLevel? _values;
    private GpuShape? _shape;
    private DeviceVolume? _noisy;
    private DeviceVolume? _coarsestKeys;
    private DeviceVolume? _blurred;
    private DeviceVolume? _output;
    private double _perSquared;

    private CancellationToken Cancellation => workers.Cancellation;

    private GpuLevels Levels => backend.Levels;

    public void Start(LevelPlan level, IReadOnlyList<Volume<float>> queries)
    {
        Canvas host = Canvas.Of(backend.Inputs);
        Volume<float>[] whole = [.. queries.Select(q => host.Query(level, q))];
        backend.Device.Run(
            engine =>
            {
                Begin(engine, level);
                _noisy = GpuCanvas.Coarsest(engine, level, whole);
                _coarsestKeys = backend.Canvas.CoarsestKeys(engine, level);
                _output = engine.Allocate(level.Output, seeds.Count);
                _resampling.Stop();
            },
            Cancellation);
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
        Cancellation);

    public void Restore(LevelPlan level, Checkpoint checkpoint)
    {
        if (checkpoint.Part is not null) throw new NotSupportedException("devices resume from finished levels only");
        backend.Device.Run(
            engine =>
            {
                Open(engine);
                _output = engine.Upload((Volume<byte>)checkpoint.Output);
            },
            Cancellation);
    }

    public void Iterate(int iteration, IterationReports reports) => backend.Device.Run(
        engine =>
        {
            LevelPlan level = _level!;
            DeviceVolume query = _noisy ?? backend.Canvas.Query(engine, level, _shape!, _output!);
            DeviceVolume keys = _coarsestKeys ?? GpuCanvas.Keys(engine, _shape!, _blurred ?? _values!.Values);
            _perSquared = GpuCanvas.PerSquared(level, _noisy is not null);
            _search.Run(engine, _values!, query, keys, iteration, Cancellation);
            if (query != _output) query.Dispose();
            if (keys != _blurred && keys != _values!.Values) keys.Dispose();
            _blurred?.Dispose();
            (_noisy, _coarsestKeys, _blurred) = (null, null, null);
            _voting.Start();
            backend.Canvas.Vote(engine, level, _shape!, _values!.Values, _search.Field, _output!);
            engine.Throttle(Cancellation);
            _voting.Stop();
        },
        Cancellation);

    public PendingLevel Finish() => backend.Device.Run(
        engine =>
        {
            LevelPlan level = _level!;
            PendingMeans means = engine.BeginMeanDistances(_search.Field);
            Volume<byte>[] outputs = [.. seeds.Select(_ => new Volume<byte>(level.Output, 3))];
            PendingDownload download = engine.BeginDownload(_output!, outputs);
            IReadOnlyList<KernelLaunch> launches = engine.TakeLaunches(Cancellation);
            LevelTiming timing = launches.Count > 0
                ? Timing(launches)
                : new LevelTiming(_resampling.Elapsed, _search.Elapsed, _voting.Elapsed, 0);
            _search.End();
            FreeLevel();
            return (PendingLevel)new Returning(
                backend.Device, download, means, new LevelResult(outputs, [], timing) { Launches = launches }, _perSquared, Cancellation);
        },
        Cancellation);

    public double[] MissingInput(LevelPlan level) => backend.Device.Run(
        engine =>
        {
            _values = Levels.Take(engine, level.Index);
            using DeviceField field = engine.Field(level.Input, level.Output, level.Patch, seeds.Count);
            engine.Exhaustive(new DeviceSearch { Query = _values.Values, Keys = _output!, Field = field, Seeds = _search.Seeds(engine), Cancellation = Cancellation });
            using PendingMeans means = engine.BeginMeanDistances(field);
            return means.Wait(Cancellation);
        },
        Cancellation);

    public void Dispose()
    {
        backend.Device.Free(() =>
        {
            FreeLevel();
            _search.Dispose();
            _output?.Dispose();
            if (_input is not null) Levels.Return(_input);
            (_output, _input) = (null, null);
        });
        reservation.Dispose();
    }

    // The level's values are held until the level is finished, the input in full size until the batch ends: other levels are made from it.
    private void Begin(GpuEngine engine, LevelPlan level)
    {
        Open(engine);
        _resampling.Restart();
        _voting.Reset();
        _level = level;
        _values = Levels.Take(engine, level.Index);
        _shape = backend.Canvas.Shape(engine, level, workers);
        _search.Begin(engine, level);
    }

    private void Open(GpuEngine engine)
    {
        if (_input is not null) return;
        backend.Device.Memory.MakeRoom();
        _input = Levels.Take(engine, 0);
    }

    private void FreeLevel()
    {
        _noisy?.Dispose();
        _coarsestKeys?.Dispose();
        _blurred?.Dispose();
        _shape?.Dispose();
        if (_values is not null) Levels.Return(_values);
        (_noisy, _coarsestKeys, _blurred, _shape, _values) = (null, null, null, null, null);
    }

    private static LevelTiming Timing(IReadOnlyList<KernelLaunch> launches)
    {
        TimeSpan Sum(Func<string, bool> those) => TimeSpan.FromSeconds(launches.Where(l => those(l.Kernel)).Sum(l => l.Seconds));
        bool IsVote(string kernel) => kernel.StartsWith("vote", StringComparison.Ordinal);
        bool IsResampling(string kernel) => kernel is "pack" or "unpack" || kernel.StartsWith("resample", StringComparison.Ordinal);
        return new LevelTiming(Sum(IsResampling), Sum(k => !IsVote(k) && !IsResampling(k)), Sum(IsVote), 0);
    }

    // Outputs and distances of a level that are being downloaded.
    private sealed class Returning(
        GpuDevice device, PendingDownload download, PendingMeans means, LevelResult result, double perSquared, CancellationToken cancellation) : PendingLevel
    {
        public override bool HasArrived => false;

        public override LevelResult Wait() => device.Run(
            _ =>
            {
                download.Wait(cancellation);
                return result with { MeanDistances = [.. means.Wait(cancellation).Select(m => m / perSquared)] };
            },
            cancellation);

        public override void Dispose() => device.Free(() =>
        {
            download.Dispose();
            means.Dispose();
        });
    }
}
