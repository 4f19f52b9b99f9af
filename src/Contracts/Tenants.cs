namespace Vgpnn.Contracts;

/// <summary>What a key may do.</summary>
public enum KeyScope
{
    /// <summary>Look.</summary>
    Read,

    /// <summary>Upload, submit, cancel, delete.</summary>
    Write,

    /// <summary>Manage tenants, and see the cluster.</summary>
    Admin,
}

/// <summary>What a tenant may use.</summary>
public sealed record TenantLimits
{
    /// <summary>Its share beside other tenants: one of weight 2 gets twice as much as one of weight 1. 1 to 1000.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Samples at work at once, in the whole cluster.</summary>
    public int MaxRunning { get; init; } = 1_000;

    /// <summary>Samples that wait or run.</summary>
    public long MaxQueued { get; init; } = 100_000;

    /// <summary>Bytes of videos, checkpoints and results.</summary>
    public long MaxBytes { get; init; } = 100L << 30;

    /// <summary>Pixels × frames × samples of one request's output.</summary>
    public long MaxVoxels { get; init; } = 1_000_000_000_000;

    /// <summary>Hours after which videos and finished requests are deleted; 0: never.</summary>
    public int RetentionHours { get; init; }

    /// <summary>Calls of the API in a minute, for each of its keys.</summary>
    public int RequestsPerMinute { get; init; } = 6_000;
}

/// <summary>What the caller's tenant may use, what it uses, and what the server takes.</summary>
public sealed record Limits
{
    /// <summary>The tenant's name.</summary>
    public required string Tenant { get; init; }

    /// <summary>What it may use.</summary>
    public required TenantLimits Allowed { get; init; }

    /// <summary>What it uses.</summary>
    public required TenantUse Used { get; init; }

    /// <summary>Bytes of one upload.</summary>
    public required long MaxUploadBytes { get; init; }

    /// <summary>Pixels of one frame of an upload.</summary>
    public required long MaxPixelsPerFrame { get; init; }

    /// <summary>Frames of an upload.</summary>
    public required int MaxFrames { get; init; }
}

/// <summary>What a tenant uses.</summary>
/// <param name="Queued">Samples and videos that wait.</param>
/// <param name="Running">Samples and videos at work.</param>
/// <param name="Bytes">Bytes stored.</param>
public sealed record TenantUse(long Queued, long Running, long Bytes);

/// <summary>A tenant, for the operator.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Allowed">What it may use.</param>
/// <param name="Used">What it uses.</param>
public sealed record Tenant(string Id, string Name, TenantLimits Allowed, TenantUse Used);

/// <summary>A tenant to be made.</summary>
/// <param name="Name">1 to 100 characters; no two tenants have the same.</param>
/// <param name="Limits">What it may use; null: the usual.</param>
public sealed record TenantDraft(string Name, TenantLimits? Limits = null);

/// <summary>A key to be made.</summary>
/// <param name="Scopes">What it may do.</param>
/// <param name="Name">What it is for.</param>
public sealed record KeyDraft(IReadOnlyList<KeyScope> Scopes, string? Name = null);

/// <summary>A key, without its secret.</summary>
public sealed record ApiKey
{
    /// <summary>Its id, which is a part of it and no secret.</summary>
    public required string Id { get; init; }

    /// <summary>What it is for.</summary>
    public string? Name { get; init; }

    /// <summary>What it may do.</summary>
    public required IReadOnlyList<KeyScope> Scopes { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was used last, to within a minute; null: never.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>When it was revoked; null: it lives.</summary>
    public DateTimeOffset? Revoked { get; init; }
}

/// <summary>A key that was just made.</summary>
/// <param name="Key">The key. It is shown this once and never again.</param>
/// <param name="Description">What it is.</param>
public sealed record NewKey(string Key, ApiKey Description);
