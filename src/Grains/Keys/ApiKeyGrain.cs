using System.Collections.Immutable;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Placement;
using Vgpnn.Grains.Storage;

namespace Vgpnn.Grains.Keys;

/// <summary>An API key's stored state.</summary>
internal sealed record ApiKeyData
{
    /// <summary>The tenant's id; empty: there is no such key.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>SHA-256 of the key.</summary>
    public string Hash { get; init; } = "";

    /// <summary>What it may do, separated by spaces.</summary>
    public string Scopes { get; init; } = "";

    /// <summary>What it is for.</summary>
    public string? Name { get; init; }

    /// <summary>When it was made, in milliseconds since 1970.</summary>
    public long CreatedAt { get; init; }

    /// <summary>When it was used last.</summary>
    public long? LastUsedAt { get; init; }

    /// <summary>When it was revoked.</summary>
    public long? RevokedAt { get; init; }

    /// <summary>Sessions that were ended, and when they would have ended by themselves.</summary>
    public ImmutableDictionary<string, long> EndedSessions { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Sessions that began up to this time were ended, in milliseconds since 1970.</summary>
    public long SessionsEndedUpTo { get; init; }
}

/// <inheritdoc cref="IApiKeyGrain"/>
[Reentrant, PreferredRole("api")]
internal sealed class ApiKeyGrain([PersistentState("api-key")] IPersistentState<ApiKeyData> storage) : Grain, IApiKeyGrain
{
    private const long Minute = 60_000;

    /// <summary>Ended sessions that are remembered one by one; with more of them all sessions so far are ended.</summary>
    private const int MaxEndedSessions = 500;

    private readonly GroupCommit<ApiKeyData> _data = new(storage);

    private ApiKeyData Data => _data.State;

    public async Task<KeyStatus> Create(string tenant, NewKeyRecord key)
    {
        await _data.ChangeAsync(data => data.Tenant.Length > 0 ? data : new ApiKeyData
        {
            Tenant = tenant,
            Hash = key.Hash,
            Scopes = key.Scopes,
            Name = key.Name,
            CreatedAt = UnixTime.Now,
        });
        return Status;
    }

    public Task<KeyRecord?> Find()
    {
        if (Data.Tenant.Length > 0)
        {
            return Task.FromResult<KeyRecord?>(new KeyRecord
            {
                Status = Status,
                Tenant = Data.Tenant,
                Hash = Data.Hash,
                EndedSessions = [.. Data.EndedSessions.Keys],
                SessionsEndedUpTo = Data.SessionsEndedUpTo,
            });
        }

        // Anybody may ask for any number of keys that do not exist.
        DeactivateOnIdle();
        return Task.FromResult<KeyRecord?>(null);
    }

    public async Task Used()
    {
        long now = UnixTime.Now;
        if (Data.Tenant.Length == 0 || now - (Data.LastUsedAt ?? 0) < Minute) return;
        await _data.ChangeAsync(data => data with { LastUsedAt = now });
    }

    public Task Revoke(string tenant) => _data.ChangeAsync(data =>
        data.Tenant != tenant || data.Tenant.Length == 0 || data.RevokedAt is not null
            ? throw GrainException.NotFound("key")
            : data with { RevokedAt = UnixTime.Now });

    public Task EndSession(string session, long expires) => _data.ChangeAsync(data =>
    {
        long now = UnixTime.Now;
        ImmutableDictionary<string, long> ended = data.EndedSessions.RemoveRange(data.EndedSessions.Where(s => s.Value < now).Select(s => s.Key)).SetItem(session, expires);
        return ended.Count <= MaxEndedSessions
            ? data with { EndedSessions = ended }
            : data with { EndedSessions = ImmutableDictionary<string, long>.Empty, SessionsEndedUpTo = now };
    });

    private KeyStatus Status => new()
    {
        KeyId = this.GetPrimaryKeyString(),
        Name = Data.Name,
        Scopes = Data.Scopes,
        CreatedAt = Data.CreatedAt,
        LastUsedAt = Data.LastUsedAt,
        RevokedAt = Data.RevokedAt,
    };
}
