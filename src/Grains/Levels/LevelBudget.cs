namespace Vgpnn.Grains.Levels;

/// <summary>A silo's memory for levels that wait for the next sample: those that were used longest ago go first. Thread-safe.</summary>
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

    /// <summary>Level keys whose inputs are held.</summary>
    public IReadOnlyList<string> Warm
    {
        get
        {
            lock (_lock) return [.. _entries.Keys.Where(k => k.EndsWith("/0", StringComparison.Ordinal)).Select(k => k[..^2])];
        }
    }

    /// <summary>A level is held; levels that are too much now are released.</summary>
    internal void Hold(string key, long bytes, Action release)
    {
        var released = new List<Action>();
        lock (_lock)
        {
            _entries[key] = new Entry(bytes, release, ++_clock);
            while (_entries.Values.Sum(e => e.Bytes) > maxBytes && _entries.Count > 0)
            {
                (string oldest, Entry entry) = _entries.MinBy(e => e.Value.Used);
                _entries.Remove(oldest);
                released.Add(entry.Release);
            }
        }

        // Samples that use a level keep it; it goes with the last of them.
        foreach (Action one in released) one();
    }

    /// <summary>A level is used.</summary>
    internal void Touch(string key)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out Entry? entry)) _entries[key] = entry with { Used = ++_clock };
        }
    }

    /// <summary>A level is not held any more.</summary>
    internal void Forget(string key)
    {
        lock (_lock) _entries.Remove(key);
    }

    private sealed record Entry(long Bytes, Action Release, long Used);
}
