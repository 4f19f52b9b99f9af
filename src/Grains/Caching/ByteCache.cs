namespace Vgpnn.Grains.Caching;

/// <summary>
/// Values in memory, bounded by their bytes: the least recently used ones are evicted first. Concurrent callers share one
/// computation per key. A value that is pinned is released only after its last pin. Thread-safe.
/// </summary>
/// <param name="maxBytes">Maximum sum of the sizes of all values.</param>
/// <param name="size">Bytes of a value; the same for each call.</param>
/// <param name="release">Called outside the cache's lock with each value that was evicted or replaced; <c>null</c> for values without resources.</param>
internal sealed class ByteCache<TValue>(long maxBytes, Func<TValue, long> size, Action<TValue>? release = null)
    where TValue : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Computation> _computations = new(StringComparer.Ordinal);

    // The most recently used first.
    private readonly LinkedList<Entry> _order = [];
    private long _bytes;

    /// <summary>Bytes of all values; pinned values that were evicted are not counted.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock) return _bytes;
        }
    }

    /// <summary>The keys, the most recently used first.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock) return [.. _order.Select(e => e.Key)];
        }
    }

    /// <summary>Finds a value and marks it as used.</summary>
    public bool TryGet(string key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            Entry? entry = Use(key);
            value = entry is null ? default : entry.Value;
            return entry is not null;
        }
    }

    /// <summary>Keeps a value, replacing the key's earlier one. A value larger than the limit is released at once.</summary>
    public void Add(string key, TValue value)
    {
        long bytes = size(value);
        var gone = new List<Entry>();
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out LinkedListNode<Entry>? earlier)) Evict(earlier, gone);
            var entry = new Entry(key, value, bytes);
            if (bytes > maxBytes)
            {
                gone.Add(entry);
            }
            else
            {
                while (_bytes + bytes > maxBytes) Evict(_order.Last!, gone);
                _entries[key] = _order.AddFirst(entry);
                _bytes += bytes;
            }
        }

        Release(gone);
    }

    /// <summary>Keeps a value from being released until the returned object is disposed; <c>null</c> if the cache does not hold it.</summary>
    public IDisposable? Pin(string key)
    {
        lock (_lock)
        {
            if (Use(key) is not { } entry) return null;
            entry.Pins++;
            return new Pinned(this, entry);
        }
    }

    /// <summary>Removes a value without releasing it: its owner does.</summary>
    public void Remove(string key)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out LinkedListNode<Entry>? node)) Take(node);
        }
    }

    /// <summary>Finds a value, or computes and keeps it. A computation that fails is not kept; it is cancelled once no caller waits for it.</summary>
    /// <param name="key">The value's key.</param>
    /// <param name="compute">Computes the value, on the thread pool.</param>
    /// <param name="cancellation">Ends this caller's wait.</param>
    public async Task<TValue> GetAsync(string key, Func<CancellationToken, Task<TValue>> compute, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Computation? computation;
        lock (_lock)
        {
            if (Use(key) is { } entry) return entry.Value;
            if (!_computations.TryGetValue(key, out computation))
            {
                _computations[key] = computation = new Computation();
                computation.Value = Task.Run(() => ComputeAsync(key, computation, compute), CancellationToken.None);
            }

            computation.Callers++;
        }

        try
        {
            return await computation.Value.WaitAsync(cancellation);
        }
        finally
        {
            Leave(key, computation);
        }
    }

    private async Task<TValue> ComputeAsync(string key, Computation computation, Func<CancellationToken, Task<TValue>> compute)
    {
        try
        {
            TValue value = await compute(computation.Stop.Token);
            Add(key, value);
            return value;
        }
        finally
        {
            // After the value was added: no caller finds neither.
            Forget(key, computation);
        }
    }

    private void Leave(string key, Computation computation)
    {
        lock (_lock)
        {
            if (--computation.Callers > 0 || computation.Value.IsCompleted) return;
            Forget(key, computation);
        }

        computation.Stop.Cancel();
    }

    private void Forget(string key, Computation computation)
    {
        lock (_lock)
        {
            if (_computations.TryGetValue(key, out Computation? current) && current == computation) _computations.Remove(key);
        }
    }

    private Entry? Use(string key)
    {
        if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node)) return null;
        _order.Remove(node);
        _order.AddFirst(node);
        return node.Value;
    }

    private void Evict(LinkedListNode<Entry> node, List<Entry> gone)
    {
        Take(node);
        if (node.Value.Pins == 0) gone.Add(node.Value);
        else node.Value.Evicted = true;
    }

    private void Take(LinkedListNode<Entry> node)
    {
        _order.Remove(node);
        _entries.Remove(node.Value.Key);
        _bytes -= node.Value.Bytes;
    }

    private void Unpin(Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Pins > 0 || !entry.Evicted) return;
        }

        Release([entry]);
    }

    private void Release(List<Entry> gone)
    {
        if (release is null) return;
        foreach (Entry entry in gone) release(entry.Value);
    }

    private sealed class Entry(string key, TValue value, long bytes)
    {
        public string Key { get; } = key;

        public TValue Value { get; } = value;

        public long Bytes { get; } = bytes;

        public int Pins { get; set; }

        public bool Evicted { get; set; }
    }

    private sealed class Computation
    {
        public CancellationTokenSource Stop { get; } = new();

        public Task<TValue> Value { get; set; } = null!;

        public int Callers { get; set; }
    }

    private sealed class Pinned(ByteCache<TValue> cache, Entry entry) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0) cache.Unpin(entry);
        }
    }
}
