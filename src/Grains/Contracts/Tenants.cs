namespace Vgpnn.Grains.Contracts;

/// <summary>What a tenant may use. Checked in the transactions that admit work.</summary>
public sealed record TenantLimits
{
    /// <summary>Its share beside other tenants: one of weight 2 gets twice as much as one of weight 1. 1 to 1000.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Long turns at once, in the whole cluster.</summary>
    public int MaxRunning { get; init; } = 1_000;

    /// <summary>Samples that wait.</summary>
    public long MaxQueued { get; init; } = 100_000;

    /// <summary>Bytes of videos, checkpoints and results.</summary>
    public long MaxBytes { get; init; } = 100L << 30;

    /// <summary>Pixels × frames × samples of one request's output.</summary>
    public long MaxVoxels { get; init; } = 1_000_000_000_000;

    /// <summary>Hours after which videos and finished requests are deleted; 0: never.</summary>
    public int RetentionHours { get; init; }

    /// <summary>Calls of the API in a minute, for each key.</summary>
    public int RequestsPerMinute { get; init; } = 6_000;
}

/// <summary>A tenant and what it uses.</summary>
public sealed record TenantStatus
{
    /// <summary>Its id.</summary>
    public required string TenantId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it may use.</summary>
    public TenantLimits Limits => new()
    {
        Weight = Weight,
        MaxRunning = MaxRunning,
        MaxQueued = MaxQueued,
        MaxBytes = MaxBytes,
        MaxVoxels = MaxVoxels,
        RetentionHours = RetentionHours,
        RequestsPerMinute = RequestsPerMinute,
    };

    /// <summary>Samples that wait.</summary>
    public long Queued { get; init; }

    /// <summary>Long turns that are admitted or running.</summary>
    public long Running { get; init; }

    /// <summary>Bytes of its blobs.</summary>
    public long BytesStored { get; init; }

    internal int Weight { get; init; }

    internal int MaxRunning { get; init; }

    internal long MaxQueued { get; init; }

    internal long MaxBytes { get; init; }

    internal long MaxVoxels { get; init; }

    internal int RetentionHours { get; init; }

    internal int RequestsPerMinute { get; init; }
}
