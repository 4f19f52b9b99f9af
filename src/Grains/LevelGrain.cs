using Vgpnn.Kernels;
using Vgpnn.Kernels.OpenCl;
using Vgpnn.Synthesis;

namespace Vgpnn.Grains;

/// <summary>
/// A video's levels on a node: decoded once, resized once, and shared by all samples that are made of them, as long as there
/// is room. Key: videos and settings together (<see cref="RequestPlan.Affinity"/>). What is here can always be made again.
/// </summary>
/// <param name="maxBytes">The most that is kept; 0: nothing is.</param>
/// <param name="device">The node's device, whose buffers go with the levels that they hold; null: it has none.</param>
public sealed class LevelGrain(long maxBytes, OpenClEngine? device = null)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private long _clock;

    /// <summary>The node's device.</summary>
    internal OpenClEngine? Device => device;

    /// <summary>The keys whose levels are at hand.</summary>
    public IReadOnlySet<string> Warm
    {
        get
        {
            lock (_lock) return _entries.Where(e => e.Value.Made.IsCompletedSuccessfully).Select(e => e.Key).ToHashSet();
        }
    }

    /// <summary>Bytes that are kept now.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock) return _entries.Values.Sum(e => e.Bytes);
        }
    }

    /// <summary>
    /// The sampler of a key. Of several that ask at once one makes it; when that fails, the next one tries.
    /// </summary>
    internal async Task<Sampler> GetAsync(string key, Func<Task<Sampler>> make, CancellationToken cancellation)
    {
        while (true)
        {
            Entry entry;
            bool mine;
            lock (_lock)
            {
                mine = !_entries.TryGetValue(key, out entry!);
                if (mine) _entries.Add(key, entry = new Entry());
                entry.Used = ++_clock;
            }

            Telemetry.CacheLookups.Add(1, Telemetry.Tag("result", mine ? "miss" : "hit"));
            if (mine) return await MakeAsync(key, entry, make).ConfigureAwait(false);
            try
            {
                return await entry.Made.WaitAsync(cancellation).ConfigureAwait(false);
            }
            catch when (!cancellation.IsCancellationRequested)
            {
                // Whoever made it failed or was cancelled, and has taken the entry away.
            }
        }
    }

    private async Task<Sampler> MakeAsync(string key, Entry entry, Func<Task<Sampler>> make)
    {
        try
        {
            Sampler sampler = await make().ConfigureAwait(false);
            lock (_lock)
            {
                entry.Bytes = BytesOf(sampler);
                entry.Finish(sampler);
                Evict();
            }

            return sampler;
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _entries.Remove(key);
                entry.Fail(e);
            }

            throw;
        }
    }

    // Those that are used keep what they use; it goes with the last of them.
    private void Evict()
    {
        while (_entries.Values.Sum(e => e.Bytes) > maxBytes
            && _entries.Where(e => e.Value.Made.IsCompleted).OrderBy(e => e.Value.Used).FirstOrDefault() is { Key: { } key, Value: { } oldest })
        {
            _entries.Remove(key);

            // It waits for a sample that is being made there.
            if (device is not null) _ = Task.Run(async () => (await oldest.Made.ConfigureAwait(false)).ReleaseDevice());
        }
    }

    // The frames as they were decoded, and the levels that a sampler keeps.
    private static long BytesOf(Sampler sampler)
    {
        int sample = sampler.Options.Engine == Engine.Float ? sizeof(float) : 1;
        Extent input = sampler.Plan.Input;
        return (3 * input.Count) + sampler.Plan.Levels.Sum(l => 3 * l.Input.Count * sample);
    }

    private sealed class Entry
    {
        private readonly TaskCompletionSource<Sampler> _made = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Sampler> Made => _made.Task;

        public long Bytes { get; set; }

        public long Used { get; set; }

        public void Finish(Sampler sampler) => _made.SetResult(sampler);

        public void Fail(Exception e)
        {
            _made.SetException(e);
            _ = _made.Task.Exception; // It is told to whoever waits; nobody has to.
        }
    }
}
