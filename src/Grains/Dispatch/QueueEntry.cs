using Vgpnn.Grains.Indices;


namespace Vgpnn.Grains.Dispatch;

/// <summary>Work of a tenant that is queued as one: all samples of a request, or the ingest of one video.</summary>
public sealed record QueueEntry
{
    /// <summary>The tenant's id.</summary>
    public required string Tenant { get; init; }

    /// <summary>Identifies the entry among those of its tenant, for example <c>request/ID</c> or <c>video/ID</c>.</summary>
    public required string Key { get; init; }

    /// <summary>When the work was submitted, in milliseconds.</summary>
    public required long Created { get; init; }

    /// <summary>Estimated seconds that one job takes, more than 0.</summary>
    public required double Cost { get; init; }

    /// <summary>The indices that wait: samples of a request, or 0 for a video.</summary>
    public required IndexSet Waiting { get; init; }

    /// <summary>Entries of a higher priority go before older ones of the same tenant.</summary>
    public int Priority { get; init; }

    /// <summary>Bytes of memory that one job needs.</summary>
    public long Memory { get; init; }

    /// <summary>Bytes of device memory that one job needs; <c>null</c> if it does not use the device.</summary>
    public long? DeviceMemory { get; init; }

    /// <summary>Bytes of device memory for each further job that is made together with one; <c>null</c>: jobs are made alone.</summary>
    public long? MoreDeviceMemory { get; init; }

    /// <summary>Equal for jobs that use the same levels; <c>null</c> if the jobs use none.</summary>
    public string? LevelKey { get; init; }

    /// <summary>Whether a worker has memory for one job now.</summary>
    public bool Fits(WorkerRoom room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return Memory <= room.Memory && (DeviceMemory is not { } needed || needed <= room.DeviceMemory);
    }

    /// <summary>How many jobs a worker has memory to make together now, at least 1 and at most <paramref name="most"/>.</summary>
    public int FitTogether(WorkerRoom room, int most)
    {
        ArgumentNullException.ThrowIfNull(room);
        if (DeviceMemory is not { } one || MoreDeviceMemory is not { } more || room.DeviceMemory is not { } free) return 1;
        long fit = Math.Min(more > 0 ? 1 + ((free - one) / more) : most, Memory > 0 ? room.Memory / Memory : most);
        return (int)Math.Clamp(fit, 1, most);
    }

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Tenant);
        ArgumentException.ThrowIfNullOrEmpty(Key);
        ArgumentNullException.ThrowIfNull(Waiting);
        ArgumentOutOfRangeException.ThrowIfNegative(Memory);
        if (!(Cost > 0) || !double.IsFinite(Cost)) throw new ArgumentOutOfRangeException(nameof(Cost), Cost, "the cost must be positive and finite");
    }
}
