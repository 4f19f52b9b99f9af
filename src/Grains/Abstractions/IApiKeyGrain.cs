namespace Vgpnn.Grains.Abstractions;

/// <summary>An API key, without its secret. Key: the key's id.</summary>
[Alias("vgpnn.api-key")]
public interface IApiKeyGrain : IGrainWithStringKey
{
    /// <summary>Creates the key.</summary>
    Task<KeyStatus> Create(string tenant, NewKeyRecord key);

    /// <summary>The key; <c>null</c> if it does not exist.</summary>
    Task<KeyRecord?> Find();

    /// <summary>Notes that the key was used; stored from time to time.</summary>
    Task Used();

    /// <summary>Ends the key and its sessions.</summary>
    /// <exception cref="GrainException"><c>not-found</c>: the tenant has no such living key.</exception>
    Task Revoke(string tenant);

    /// <summary>Ends a session of the key; one that ends very many of them may end others, too.</summary>
    /// <param name="session">The session's id.</param>
    /// <param name="expires">When it would have ended by itself, in milliseconds since 1970.</param>
    Task EndSession(string session, long expires);
}

/// <summary>A key to be created.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.new-key")]
public sealed record NewKeyRecord
{
    /// <summary>Its id, a part of the key and no secret.</summary>
    [Id(0)]
    public required string KeyId { get; init; }

    /// <summary>SHA-256 of the key.</summary>
    [Id(1)]
    public required string Hash { get; init; }

    /// <summary>What it may do, separated by spaces.</summary>
    [Id(2)]
    public required string Scopes { get; init; }

    /// <summary>What it is for.</summary>
    [Id(3)]
    public string? Name { get; init; }
}

/// <summary>A key without its secret.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.key-status")]
public sealed record KeyStatus
{
    /// <summary>Its id.</summary>
    [Id(0)]
    public required string KeyId { get; init; }

    /// <summary>What it is for.</summary>
    [Id(1)]
    public string? Name { get; init; }

    /// <summary>What it may do, separated by spaces.</summary>
    [Id(2)]
    public required string Scopes { get; init; }

    /// <summary>When it was made, in milliseconds since 1970.</summary>
    [Id(3)]
    public long CreatedAt { get; init; }

    /// <summary>When it was used last, to within a minute.</summary>
    [Id(4)]
    public long? LastUsedAt { get; init; }

    /// <summary>When it was revoked.</summary>
    [Id(5)]
    public long? RevokedAt { get; init; }
}

/// <summary>What authentication needs of a key.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.key-record")]
public sealed record KeyRecord
{
    /// <summary>The key.</summary>
    [Id(0)]
    public required KeyStatus Status { get; init; }

    /// <summary>The tenant's id.</summary>
    [Id(1)]
    public required string Tenant { get; init; }

    /// <summary>SHA-256 of the key.</summary>
    [Id(2)]
    public required string Hash { get; init; }

    /// <summary>Ids of sessions that were ended before their time.</summary>
    [Id(3)]
    public IReadOnlyList<string> EndedSessions { get; init; } = [];

    /// <summary>Sessions that began up to this time were ended, in milliseconds since 1970.</summary>
    [Id(4)]
    public long SessionsEndedUpTo { get; init; }
}
