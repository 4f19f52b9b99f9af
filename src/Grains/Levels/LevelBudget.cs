using Vgpnn.Grains.Caching;

namespace Vgpnn.Grains.Levels;

/// <summary>
/// A silo's memory for levels that wait for the next sample. Level grains hold the levels; the budget decides which of them to
/// release: the least recently used ones, after the last sample that uses them. Thread-safe.
/// </summary>
/// <param name="maxBytes">Maximum number of bytes.</param>
public sealed class LevelBudget(long maxBytes)
{
    private readonly ByteCache<Held> _held = new(maxBytes, held => held.Bytes, held => held.Release());

    /// <summary>Bytes that are held.</summary>
    public long Bytes => _held.Bytes;

    /// <summary>Level keys whose inputs are held.</summary>
    public IReadOnlyList<string> Warm => [.. _held.Keys.Where(k => k.EndsWith("/0", StringComparison.Ordinal)).Select(k => k[..^2])];

    /// <summary>Accounts for a level, or marks it as used; other levels are released if there is no room.</summary>
    internal void Hold(string key, long bytes, Action release)
    {
        if (!_held.TryGet(key, out _)) _held.Add(key, new Held(bytes, release));
    }

    /// <summary>Marks a level as used.</summary>
    internal void Touch(string key) => _held.TryGet(key, out _);

    /// <summary>Keeps an input's level 0 from being released until the returned object is disposed; <c>null</c> if it is not held.</summary>
    internal IDisposable? Use(string levelKey) => _held.Pin(levelKey + "/0");

    /// <summary>Removes a level that its grain has released.</summary>
    internal void Forget(string key) => _held.Remove(key);

    private sealed record Held(long Bytes, Action Release);
}
