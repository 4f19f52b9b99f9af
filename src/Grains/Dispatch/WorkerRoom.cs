using System.Collections.Frozen;

namespace Vgpnn.Grains.Dispatch;

/// <summary>The free capacity of one worker.</summary>
public sealed record WorkerRoom
{
    /// <summary>Identifies the worker's silo; room is kept for large jobs under this name.</summary>
    public required string Silo { get; init; }

    /// <summary>The number of jobs that the worker can start now.</summary>
    public required int FreeSlots { get; init; }

    /// <summary>Free bytes of memory.</summary>
    public required long Memory { get; init; }

    /// <summary>Bytes of memory for jobs in all, free or not.</summary>
    public required long TotalMemory { get; init; }

    /// <summary>Free bytes of device memory; <c>null</c> if there is no device or a job occupies it.</summary>
    public long? DeviceMemory { get; init; }

    /// <summary>Keys of the levels that the worker has in memory.</summary>
    public IReadOnlySet<string> WarmLevels { get; init; } = FrozenSet<string>.Empty;
}
