namespace Vgpnn.Grains.Scheduling;

/// <summary>
/// What a node has left to give: slots, the memory that plans say they need, and a device, which one turn at a time has. A grain takes its part
/// once.
/// </summary>
public sealed class Capacity
{
    private readonly Lock _lock = new();
    private readonly Dictionary<GrainKey, long> _taken = [];
    private readonly Func<bool> _deviceWorks;
    private GrainKey? _onDevice;

    /// <param name="slots">Long turns at once, at least 1.</param>
    /// <param name="memory">Bytes in all, at least 1.</param>
    /// <param name="deviceMemory">Bytes that a turn may take on the device.</param>
    /// <param name="deviceWorks">Whether the node has a device that works; null: it has none.</param>
    public Capacity(int slots, long memory, long deviceMemory = 0, Func<bool>? deviceWorks = null)
    {
        DeviceMemory = deviceMemory;
        _deviceWorks = deviceWorks ?? (() => false);
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(memory, 1);
        Slots = slots;
        Memory = memory;
    }

    /// <summary>Long turns at once.</summary>
    public int Slots { get; }

    /// <summary>Bytes in all.</summary>
    public long Memory { get; }

    /// <summary>Bytes that a turn may take on the device; 0: there is none.</summary>
    public long DeviceMemory { get; }

    /// <summary>Slots that are free.</summary>
    public int FreeSlots
    {
        get
        {
            lock (_lock) return Slots - _taken.Count;
        }
    }

    /// <summary>Bytes that are free.</summary>
    public long FreeMemory
    {
        get
        {
            lock (_lock) return Memory - _taken.Values.Sum();
        }
    }

    /// <summary>Takes a grain's part, unless it has it already.</summary>
    /// <param name="grain">Which.</param>
    /// <param name="bytes">The memory that it needs.</param>
    /// <param name="onDevice">The memory that it needs of the device; null: it does not need the device.</param>
    /// <returns>Whether the grain has its part now.</returns>
    public bool TryTake(GrainKey grain, long bytes, long? onDevice = null)
    {
        lock (_lock)
        {
            if (_taken.ContainsKey(grain)) return true;
            if (_taken.Count >= Slots || _taken.Values.Sum() + bytes > Memory) return false;
            if (onDevice is { } needed && (_onDevice is not null || needed > DeviceMemory || !_deviceWorks())) return false;
            if (onDevice is not null) _onDevice = grain;
            _taken.Add(grain, bytes);
            return true;
        }
    }

    /// <summary>Whether a grain has its part.</summary>
    public bool Has(GrainKey grain)
    {
        lock (_lock) return _taken.ContainsKey(grain);
    }

    /// <summary>Gives a grain's part back; it may have none.</summary>
    public void Release(GrainKey grain)
    {
        lock (_lock)
        {
            _taken.Remove(grain);
            if (_onDevice == grain) _onDevice = null;
        }
    }
}
