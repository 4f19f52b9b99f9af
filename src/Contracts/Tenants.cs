namespace Vgpnn.Contracts;

/// <summary>A permission of a key.</summary>
public enum KeyScope
{
    /// <summary>Read resources.</summary>
    Read,

    /// <summary>Upload, submit, cancel, delete.</summary>
    Write,

    /// <summary>Manage tenants, and view the cluster.</summary>
    Admin,
}

/// <summary>Limits of a tenant.</summary>
public sealed record TenantLimits
{
    /// <summary>Fair-share weight, 1 to 1000: a tenant of weight 2 gets twice the share of a tenant of weight 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Maximum number of running samples in the cluster.</summary>
    public int MaxRunning { get; init; } = 1_000;

    /// <summary>Maximum number of queued and running samples.</summary>
    public long MaxQueued { get; init; } = 100_000;

    /// <summary>Maximum storage for videos, checkpoints and results, in bytes.</summary>
    public long MaxBytes { get; init; } = 100L << 30;

    /// <summary>Maximum output of a request, in pixels × frames × samples.</summary>
    public long MaxVoxels { get; init; } = 1_000_000_000_000;

    /// <summary>Hours until videos and finished requests are deleted; 0 keeps them.</summary>
    public int RetentionHours { get; init; }

    /// <summary>Maximum number of API calls per minute and key.</summary>
    public int RequestsPerMinute { get; init; } = 6_000;
}

/// <summary>Limits and usage of the caller's tenant, and limits of the server.</summary>
public sealed record Limits
{
    /// <summary>Name of the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Limits of the tenant.</summary>
    public required TenantLimits Allowed { get; init; }

    /// <summary>Usage of the tenant.</summary>
    public required TenantUse Used { get; init; }

    /// <summary>Maximum size of an upload, in bytes.</summary>
    public required long MaxUploadBytes { get; init; }

    /// <summary>Maximum size of an uploaded frame, in pixels.</summary>
    public required long MaxPixelsPerFrame { get; init; }

    /// <summary>Maximum number of frames of an upload.</summary>
    public required int MaxFrames { get; init; }
}

/// <summary>Usage of a tenant.</summary>
/// <param name="Queued">Queued samples and videos.</param>
/// <param name="Running">Running samples and videos.</param>
/// <param name="Bytes">Used storage in bytes.</param>
public sealed record TenantUse(long Queued, long Running, long Bytes);

/// <summary>A tenant.</summary>
/// <param name="Id">Id of the tenant.</param>
/// <param name="Name">Name of the tenant.</param>
/// <param name="Allowed">Limits of the tenant.</param>
/// <param name="Used">Usage of the tenant.</param>
public sealed record Tenant(string Id, string Name, TenantLimits Allowed, TenantUse Used);

/// <summary>A tenant to create.</summary>
/// <param name="Name">Unique name, 1 to 100 characters.</param>
/// <param name="Limits">Limits of the tenant; <c>null</c> for the defaults.</param>
public sealed record TenantDraft(string Name, TenantLimits? Limits = null);

/// <summary>A key to create.</summary>
/// <param name="Scopes">Permissions of the key.</param>
/// <param name="Name">Purpose of the key.</param>
public sealed record KeyDraft(IReadOnlyList<KeyScope> Scopes, string? Name = null);

/// <summary>A key, without its secret.</summary>
public sealed record ApiKey
{
    /// <summary>Id of the key, a part of it that is not secret.</summary>
    public required string Id { get; init; }

    /// <summary>Purpose of the key.</summary>
    public string? Name { get; init; }

    /// <summary>Permissions of the key.</summary>
    public required IReadOnlyList<KeyScope> Scopes { get; init; }

    /// <summary>Time of creation.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Time of the last use, to the minute; <c>null</c> if never used.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>Time of revocation; <c>null</c> for a valid key.</summary>
    public DateTimeOffset? Revoked { get; init; }
}

/// <summary>A new key.</summary>
/// <param name="Key">The key. It cannot be shown again.</param>
/// <param name="Description">The key without its secret.</param>
public sealed record NewKey(string Key, ApiKey Description);
