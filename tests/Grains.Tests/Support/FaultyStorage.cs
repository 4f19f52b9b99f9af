using Orleans.Runtime;
using Orleans.Storage;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>A fault of a storage operation.</summary>
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

/// <summary>Faults of the storage, named by the state, such as <c>sample</c>.</summary>
internal sealed class StorageFaults() : FaultRules<StorageFault>(seed: 7)
{
    internal Rule? Find(string state, GrainId grain, bool write) =>
        Find(state, grain.Key.ToString()!, fault => write || fault == StorageFault.Outage);
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

                // A caller without an answer does not know the new version.
                (grainState.ETag, grainState.RecordExists, grainState.State) = (tag, exists, state);
                throw new IOException($"the answer was lost: writing {stateName} {grainId}");
            default:
                await change();
                break;
        }
    }
}
