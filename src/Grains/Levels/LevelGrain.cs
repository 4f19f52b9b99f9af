using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Telemetry;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;

namespace Vgpnn.Grains.Levels;

/// <inheritdoc cref="ILevelGrain"/>
/// <param name="sources">Makes samplers from stored videos.</param>
/// <param name="budget">The silo's memory for levels.</param>
[StatelessWorker(1), Reentrant, CollectionAgeLimit(Minutes = 10)]
internal sealed class LevelGrain(SamplerSource sources, LevelBudget budget) : Grain, ILevelGrain
{
    private Task<LevelSet>? _made;
    private Sampler? _sampler;

    private string Key => this.GetPrimaryKeyString();

    public async Task<LevelSet> Get(RequestWork work)
    {
        VgpnnTelemetry.CacheLookups.Add(1, VgpnnTelemetry.Tag("result", _made is null ? "miss" : "hit"));
        if (_made is null)
        {
            IGrainContext context = GrainContext;
            budget.Use(Key, () => context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "other levels need the memory")));

            // Decoding takes seconds: not on the grain's scheduler.
            _made = Task.Run(() => MakeAsync(work));
        }

        LevelSet set = await _made;
        if (set.Sampler is null)
        {
            _made = null;
            return set;
        }

        _sampler = set.Sampler;
        budget.Set(Key, BytesOf(set.Sampler));
        return set;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        budget.Forget(Key);

        // It waits for a sample that is being made on the device.
        if (_sampler is { } sampler) _ = Task.Run(sampler.ReleaseDevice, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task<LevelSet> MakeAsync(RequestWork work)
    {
        try
        {
            return new LevelSet(await sources.MakeAsync(work, CancellationToken.None));
        }
        catch (Exception e)
        {
            return new LevelSet(e);
        }
    }

    // The frames as they were decoded, and the levels that a sampler keeps.
    private static long BytesOf(Sampler sampler)
    {
        int component = sampler.Options.Engine == Engine.Float ? sizeof(float) : 1;
        Extent input = sampler.Plan.Input;
        return (3 * input.Count) + sampler.Plan.Levels.Sum(l => 3 * l.Input.Count * component);
    }
}

/// <summary>A silo's memory for levels that wait for the next sample: those that were used longest ago go first.</summary>
/// <param name="maxBytes">Maximum number of bytes.</param>
public sealed class LevelBudget(long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _clock;

    /// <summary>Bytes that are held.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock) return _entries.Values.Sum(e => e.Bytes);
        }
    }

    /// <summary>Level keys whose levels are held.</summary>
    public IReadOnlyList<string> Warm
    {
        get
        {
            lock (_lock) return [.. _entries.Where(e => e.Value.Bytes > 0).Select(e => e.Key)];
        }
    }

    /// <summary>Levels come into being.</summary>
    internal void Use(string key, Action release)
    {
        lock (_lock) _entries[key] = new Entry(release) { Used = ++_clock };
    }

    /// <summary>Levels are used; those that are too much now are released.</summary>
    internal void Set(string key, long bytes)
    {
        var released = new List<Action>();
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out Entry? entry)) return;
            (entry.Bytes, entry.Used) = (bytes, ++_clock);
            while (_entries.Values.Sum(e => e.Bytes) > maxBytes && _entries.Where(e => e.Value.Bytes > 0).MinBy(e => e.Value.Used) is { Key: { } oldest } least)
            {
                released.Add(least.Value.Release);
                _entries.Remove(oldest);
            }
        }

        foreach (Action release in released) release();
    }

    /// <summary>Levels are gone.</summary>
    internal void Forget(string key)
    {
        lock (_lock) _entries.Remove(key);
    }

    private sealed class Entry(Action release)
    {
        public Action Release { get; } = release;

        public long Bytes { get; set; }

        public long Used { get; set; }
    }
}
