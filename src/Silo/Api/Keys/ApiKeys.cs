using System.Collections.Concurrent;
using System.Diagnostics;
using Vgpnn.Grains;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Keys;
using Vgpnn.Silo.Api.Errors;

namespace Vgpnn.Silo.Api.Keys;

/// <summary>The holder of an API key, as of the last ten seconds.</summary>
internal sealed record KeyHolder
{
    /// <summary>The key's id.</summary>
    public required string KeyId { get; init; }

    /// <summary>The tenant's id.</summary>
    public required string TenantId { get; init; }

    /// <summary>The tenant's name.</summary>
    public required string TenantName { get; init; }

    /// <summary>Calls per minute.</summary>
    public required int RequestsPerMinute { get; init; }

    /// <summary>Hours after which videos and finished requests are deleted; 0: never.</summary>
    public required int RetentionHours { get; init; }

    /// <summary>What the key may do, separated by spaces.</summary>
    public required string Scopes { get; init; }
}

/// <summary>
/// API keys as this process knows them. A key is asked for once in ten seconds at most, so a revoked key, an ended session or a new
/// limit takes effect within ten seconds; on the process that revoked the key or ended the session at once.
/// </summary>
internal sealed partial class ApiKeys(IGrainFactory grains, ILogger<ApiKeys> log)
{
    private const int CacheSize = 10_000;
    private static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(10);

    /// <summary>Compared with where there is no key, so that an unknown id takes as long as a wrong secret.</summary>
    private static readonly string NoHash = new('0', 64);

    private readonly ConcurrentDictionary<string, Entry> _cache = new();
    private long _evictions;

    /// <summary>Creates a key.</summary>
    /// <returns>The key, whose secret is not stored.</returns>
    /// <exception cref="GrainException"><c>not-found</c>: there is no such tenant; <c>quota-keys</c>: it has two valid keys.</exception>
    public async Task<(KeyText Key, KeyStatus Status)> CreateAsync(string tenant, string scopes, string? name)
    {
        CallerContext.ActForCluster();
        KeyText key = KeyText.New(KeyText.Key);
        return (key, await grains.Tenant(tenant).AddKey(new NewKeyRecord { KeyId = key.Id, Hash = key.Hash(), Scopes = scopes, Name = name }));
    }

    /// <summary>Ends a key and its sessions.</summary>
    /// <exception cref="GrainException"><c>not-found</c>: the tenant has no such valid key.</exception>
    public async Task RevokeAsync(string tenant, string id)
    {
        CallerContext.ActForCluster();
        await grains.ApiKey(id).Revoke(tenant);
        Evict(id);
    }

    /// <summary>The holder of a key; <c>null</c>: the key is unknown or was revoked.</summary>
    public async Task<KeyHolder?> HolderAsync(KeyText key, CancellationToken cancellation = default)
    {
        Entry? entry = await FindAsync(key.Id, cancellation);
        return key.Matches(entry?.Key.Hash ?? NoHash) ? entry?.Holder : null;
    }

    /// <summary>The same for a call; counts unknown keys of its client address.</summary>
    /// <exception cref="ApiException"><c>quota-unknown-keys</c>.</exception>
    public async Task<KeyHolder?> HolderAsync(KeyText key, HttpContext context, KeyAttempts attempts)
    {
        // A key that was valid once passes, so that strangers behind the same address cannot keep its holder out.
        if (!_cache.TryGetValue(key.Id, out Entry? known) || !key.Matches(known.Key.Hash)) attempts.ThrowIfExhausted(context);
        KeyHolder? holder = await HolderAsync(key, context.RequestAborted);
        if (holder is null) attempts.Count(context);
        return holder;
    }

    /// <summary>The holder of a session's key; <c>null</c>: the session was ended, or its key was revoked.</summary>
    public async Task<KeyHolder?> HolderAsync(string id, string session, DateTimeOffset began, CancellationToken cancellation = default) =>
        await FindAsync(id, cancellation) is { Key: var key } entry && began.ToUnixTimeMilliseconds() > key.SessionsEndedUpTo && !key.EndedSessions.Contains(session)
            ? entry.Holder
            : null;

    /// <summary>Whether a key is valid still.</summary>
    public async Task<bool> IsValidAsync(string id, CancellationToken cancellation = default) => await FindAsync(id, cancellation) is not null;

    /// <summary>Ends a session before its time.</summary>
    public async Task EndSessionAsync(string id, string session, DateTimeOffset expires)
    {
        CallerContext.ActForCluster();
        await grains.ApiKey(id).EndSession(session, expires.ToUnixTimeMilliseconds());
        Evict(id);
    }

    private void Evict(string id)
    {
        Interlocked.Increment(ref _evictions);
        _cache.TryRemove(id, out _);
    }

    private async Task<Entry?> FindAsync(string id, CancellationToken cancellation)
    {
        if (_cache.TryGetValue(id, out Entry? known) && Stopwatch.GetElapsedTime(known.Asked) < CacheTime) return known;
        CallerContext.ActForCluster();
        long asked = Stopwatch.GetTimestamp(), evictions = Interlocked.Read(ref _evictions);
        KeyRecord? key = await grains.ApiKey(id).Find().WaitAsync(cancellation);
        if (key is null || key.Status.RevokedAt is not null)
        {
            _cache.TryRemove(id, out _);
            return null;
        }

        TenantStatus tenant = await grains.Tenant(key.Tenant).Get().WaitAsync(cancellation);
        var entry = new Entry(
            key,
            new KeyHolder
            {
                KeyId = id,
                TenantId = tenant.TenantId,
                TenantName = tenant.Name,
                RequestsPerMinute = tenant.Limits.RequestsPerMinute,
                RetentionHours = tenant.Limits.RetentionHours,
                Scopes = key.Status.Scopes,
            },
            asked);
        if (_cache.Count >= CacheSize) _cache.Clear();

        // What was read before an eviction may be what the eviction is about.
        if (Interlocked.Read(ref _evictions) == evictions) _cache[id] = entry;
        _ = NoteUseAsync(id);
        return entry;
    }

    private async Task NoteUseAsync(string id)
    {
        try
        {
            await grains.ApiKey(id).Used();
        }
        catch (Exception e)
        {
            LogUseNotNoted(log, id, e.Message);
        }
    }

    [LoggerMessage(711, LogLevel.Debug, "The use of key {Id} was not noted: {Reason}")]
    private static partial void LogUseNotNoted(ILogger log, string id, string reason);

    private sealed record Entry(KeyRecord Key, KeyHolder Holder, long Asked);
}
