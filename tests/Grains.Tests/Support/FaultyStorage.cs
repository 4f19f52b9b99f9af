using Orleans.Runtime;
using Orleans.Storage;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>What goes wrong with a storage operation.</summary>
internal enum StorageFault
{
    /// <summary>It fails, and nothing was written.</summary>
    FailBefore,

    /// <summary>It happens, but its answer is lost.</summary>
    LoseAnswer,

    /// <summary>It waits until the fault is removed.</summary>
    Hold,

    /// <summary>Reads and writes fail.</summary>
    Outage,
}

/// <summary>Faults of the storage that tests switch on and off.</summary>
internal sealed class StorageFaults
{
    private readonly Lock _lock = new();
    private readonly List<Rule> _rules = [];

    /// <summary>Injects a fault until the result is disposed, or it has happened <paramref name="times"/> times.</summary>
    /// <param name="state">The name of the state, such as <c>sample</c>; <c>null</c> for all.</param>
    /// <param name="key">A part of the grain's key, such as the tenant's id.</param>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="times">How often.</param>
    /// <param name="chance">The probability of the fault for each operation.</param>
    public Rule Inject(string? state, string key, StorageFault fault, int times = int.MaxValue, double chance = 1)
    {
        var rule = new Rule(this, state, key, fault, times, chance);
        lock (_lock) _rules.Add(rule);
        return rule;
    }

    internal Rule? Find(string state, GrainId grain, bool write)
    {
        string key = grain.Key.ToString()!;
        lock (_lock) return _rules.FirstOrDefault(r => (write || r.Fault == StorageFault.Outage) && r.Matches(state, key));
    }

    /// <summary>An injected fault.</summary>
    internal sealed class Rule(StorageFaults faults, string? state, string key, StorageFault fault, int times, double chance) : IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Random _random = new(7);
        private int _left = times;

        public StorageFault Fault { get; } = fault;

        /// <summary>Completes when an operation met the fault.</summary>
        public Task Reached => _reached.Task;

        /// <summary>How often it has happened.</summary>
        public int Hits { get; private set; }

        internal Task Removed => _removed.Task;

        public void Dispose()
        {
            lock (faults._lock) faults._rules.Remove(this);
            _removed.TrySetResult();
        }

        internal bool Matches(string itsState, string itsKey)
        {
            if (_left <= 0 || (state is not null && state != itsState) || !itsKey.Contains(key, StringComparison.Ordinal)) return false;
            if (chance < 1 && _random.NextDouble() >= chance) return false;
            _left--;
            Hits++;
            _reached.TrySetResult();
            return true;
        }
    }
}

/// <summary>A storage whose operations go wrong on demand.</summary>
internal sealed class FaultyStorage(IGrainStorage inner, StorageFaults faults) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        faults.Find(stateName, grainId, write: false) is null
            ? inner.ReadStateAsync(stateName, grainId, grainState)
            : throw new IOException($"the storage is away: reading {stateName} {grainId}");

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ChangeAsync(stateName, grainId, grainState, () => inner.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ChangeAsync(stateName, grainId, grainState, () => inner.ClearStateAsync(stateName, grainId, grainState));

    private async Task ChangeAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, Func<Task> change)
    {
        StorageFaults.Rule? rule = faults.Find(stateName, grainId, write: true);
        switch (rule?.Fault)
        {
            case StorageFault.FailBefore or StorageFault.Outage:
                throw new IOException($"the storage is away: writing {stateName} {grainId}");
            case StorageFault.Hold:
                await rule.Removed;
                await change();
                break;
            case StorageFault.LoseAnswer:
                (string? tag, bool exists, T? state) = (grainState.ETag, grainState.RecordExists, grainState.State);
                await change();

                // Whoever gets no answer does not know the new version.
                (grainState.ETag, grainState.RecordExists, grainState.State) = (tag, exists, state);
                throw new IOException($"the answer was lost: writing {stateName} {grainId}");
            default:
                await change();
                break;
        }
    }
}
