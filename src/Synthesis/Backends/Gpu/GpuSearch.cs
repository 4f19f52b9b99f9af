using System.Diagnostics;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Search;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>The searches of a batch: matches, completeness weights and changes of the queries.</summary>
internal sealed class GpuSearch(GpuBackend backend, IReadOnlyList<ulong> seeds) : IDisposable
{
    private const ulong ReverseSalt = 0x5EE0;

    private readonly Stopwatch _clock = new();
    private LevelPlan? _level;
    private DeviceSeeds? _seeds;
    private DeviceField? _field;
    private DeviceField? _users;
    private DeviceChanges? _changes;

    private MethodOptions Options => backend.Inputs.Options;

    /// <summary>Matches of the level's query patches.</summary>
    public DeviceField Field => _field!;

    /// <summary>Time of the level's searches.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>The samples' seeds on the device.</summary>
    public DeviceSeeds Seeds(GpuEngine engine) => _seeds ??= engine.Seeds(seeds);

    /// <summary>Begins a level: its first search starts from the coarser level's matches or from scratch.</summary>
    public void Begin(GpuEngine engine, LevelPlan level)
    {
        _clock.Reset();
        _level = level;
        (DeviceField? field, DeviceField? users) = (_field, _users);
        _users = null;
        if (level.StartsFromCoarser && field is not null)
        {
            _field = engine.Resized(field, level.Query, level.Input, level.Patch);
            if (users is not null) _users = engine.Resized(users, level.Input, level.Query, level.Patch);
        }
        else
        {
            _field = null;
        }

        field?.Dispose();
        users?.Dispose();
    }

    /// <summary>Finds the nearest key of every query patch.</summary>
    /// <param name="engine">The device's engine.</param>
    /// <param name="values">The level, which keeps its index.</param>
    /// <param name="query">Q of each sample.</param>
    /// <param name="keys">K.</param>
    /// <param name="iteration">EM iteration, from 0.</param>
    /// <param name="cancellation">Ends it.</param>
    public void Run(GpuEngine engine, GpuLevel values, DeviceVolume query, DeviceVolume keys, int iteration, CancellationToken cancellation)
    {
        _clock.Start();
        LevelPlan level = _level!;
        _field ??= engine.Field(level.Query, level.Input, level.Patch, seeds.Count);
        DeviceWeights? weights = backend.Levels.KeyWeights(engine, values, level), completeness = null;
        ulong purpose = Hash.Derive((ulong)level.Index, (ulong)iteration);
        if (Options.Completeness is { } alpha) weights = completeness = Completeness(engine, query, keys, alpha, iteration, purpose, cancellation);
        var task = new DeviceSearch
        {
            Query = query,
            Keys = keys,
            Field = _field!,
            Weights = weights,
            Iteration = level.SearchIteration(iteration),
            Changes = Changes(engine, level, query, iteration),
            Seeds = Seeds(engine),
            Purpose = purpose,
            Cancellation = cancellation,
        };
        switch (backend.Searches(level, iteration))
        {
            case SearchMethod.Exhaustive:
                engine.Exhaustive(task);
                break;
            case SearchMethod.PatchMatch:
                engine.IndexedFlood(task, task.Iteration == 0 ? GpuLevels.Index(engine, values, level, keys, cancellation) : null);
                break;
            default:
                engine.JumpFlood(task);
                break;
        }

        completeness?.Dispose();
        _clock.Stop();
    }

    /// <summary>Ends a level; keeps its matches if a finer level may start from them.</summary>
    public void End()
    {
        _changes?.Dispose();
        _changes = null;
        if (Options.FollowsStructure) return;
        FreeMatches();
    }

    public void Dispose()
    {
        _changes?.Dispose();
        FreeMatches();
        _seeds?.Dispose();
        (_changes, _seeds) = (null, null);
    }

    // Weights that make the search use all keys, from each key's nearest query; each sample has its own.
    private DeviceWeights Completeness(
        GpuEngine engine, DeviceVolume query, DeviceVolume keys, double alpha, int iteration, ulong purpose, CancellationToken cancellation)
    {
        LevelPlan level = _level!;
        int start = _users is null ? 0 : level.SearchIteration(iteration);
        _users ??= engine.Field(level.Input, level.Query, level.Patch, seeds.Count);
        var task = new DeviceSearch
        {
            Query = keys,
            Keys = query,
            Field = _users,
            Iteration = start,
            Seeds = Seeds(engine),
            Purpose = Hash.Derive(purpose, ReverseSalt),
            Cancellation = cancellation,
        };
        SearchMethod method = backend.SearchesKeys(level, iteration);

        // An index needs keys that all samples share; the queries of each sample are searched without one at first.
        if (method == SearchMethod.Exhaustive) engine.Exhaustive(task);
        else if (method == SearchMethod.PatchMatch && start > 0) engine.IndexedFlood(task, null);
        else engine.JumpFlood(task);
        return engine.CompletenessWeights(_users, alpha);
    }

    // From the third search on keys equal those of the previous search, so an unchanged query needs no new search.
    private DeviceChanges? Changes(GpuEngine engine, LevelPlan level, DeviceVolume query, int iteration)
    {
        if (iteration == 0 || level.Iterations < 3 || !backend.FollowsChanges(level)) return null;
        if (_changes is null)
        {
            _changes = engine.Changes(query, level.Patch);
            return null;
        }

        engine.Update(_changes, query);
        return _changes;
    }

    private void FreeMatches()
    {
        _field?.Dispose();
        _users?.Dispose();
        (_field, _users) = (null, null);
    }
}
