using System.Globalization;
using Orleans.Runtime;
using Orleans.Storage;
using Vgpnn.Grains.Storage;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>
/// Grain state in the memory of the test, so that it outlives every silo. It is serialized as in production, and a write with
/// an outdated version is refused.
/// </summary>
internal sealed class MemoryStorage : IGrainStorage
{
    private readonly GrainStateSerializer _serializer = new();
    private readonly Dictionary<(string State, string Key), (long Version, BinaryData Content)> _records = [];
    private readonly Lock _lock = new();
    private long _versions;

    /// <summary>Number of records of a kind whose grain keys begin with a text.</summary>
    public int Count(string state, string keyPrefix)
    {
        lock (_lock) return _records.Keys.Count(r => r.State == state && r.Key.StartsWith(keyPrefix, StringComparison.Ordinal));
    }

    /// <summary>The stored JSON; <c>null</c>: there is no record.</summary>
    public string? Read(string state, string key)
    {
        lock (_lock) return _records.TryGetValue((state, key), out var record) ? record.Content.ToString() : null;
    }

    /// <summary>Replaces a record as another writer would.</summary>
    public void Overwrite(string state, string key, string json)
    {
        lock (_lock) _records[(state, key)] = (++_versions, BinaryData.FromString(json));
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock)
        {
            bool exists = _records.TryGetValue(Id(stateName, grainId), out var record);
            (grainState.State, grainState.ETag, grainState.RecordExists) = exists
                ? (_serializer.Deserialize<T>(record.Content), Tag(record.Version), true)
                : (Activator.CreateInstance<T>(), null, false);
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock)
        {
            ThrowIfOutdated(stateName, grainId, grainState.ETag);
            _records[Id(stateName, grainId)] = (++_versions, _serializer.Serialize(grainState.State));
            (grainState.ETag, grainState.RecordExists) = (Tag(_versions), true);
        }

        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock)
        {
            ThrowIfOutdated(stateName, grainId, grainState.ETag);
            _records.Remove(Id(stateName, grainId));
            (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null, false);
        }

        return Task.CompletedTask;
    }

    private void ThrowIfOutdated(string stateName, GrainId grainId, string? tag)
    {
        string? current = _records.TryGetValue(Id(stateName, grainId), out var record) ? Tag(record.Version) : null;
        if (tag != current) throw new InconsistentStateException($"{stateName} {grainId} was written by somebody else", current, tag);
    }

    private static (string State, string Key) Id(string stateName, GrainId grainId) => (stateName, grainId.Key.ToString()!);

    private static string Tag(long version) => version.ToString(CultureInfo.InvariantCulture);
}
