namespace Vgpnn.Grains.Scheduling;

/// <summary>What a node has left to give: slots, and the memory that plans say they need. A grain takes its part once.</summary>
public sealed class Capacity
{
    private readonly Lock _lock = new();
    private readonly Dictionary<GrainKey, long> _taken = [];

    /// <param name="slots">Long turns at once, at least 1.</param>
    /// <param name="memory">Bytes in all, at least 1.</param>
    public Capacity(int slots, long memory)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(memory, 1);
        Slots = slots;
        Memory = memory;
    }

    /// <summary>Long turns at once.</summary>
    public int Slots { get; }

    /// <summary>Bytes in all.</summary>
    public long Memory { get; }

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
    /// <returns>Whether the grain has its part now.</returns>
    public bool TryTake(GrainKey grain, long bytes)
    {
        lock (_lock)
        {
            if (_taken.ContainsKey(grain)) return true;
            if (_taken.Count >= Slots || _taken.Values.Sum() + bytes > Memory) return false;
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
        lock (_lock) _taken.Remove(grain);
    }
}
