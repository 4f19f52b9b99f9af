using System.Collections.Concurrent;
using System.Diagnostics;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains.Keys;

/// <summary>A key without its secret.</summary>
public sealed record KeyStatus
{
    /// <summary>Its id.</summary>
    public required string KeyId { get; init; }

    /// <summary>What it is for.</summary>
    public string? Name { get; init; }

    /// <summary>What it may do, separated by spaces.</summary>
    public required string Scopes { get; init; }

    /// <summary>When it was made, in milliseconds since 1970.</summary>
    public long CreatedAt { get; init; }

    /// <summary>When it was used last, to within a minute.</summary>
    public long? LastUsedAt { get; init; }

    /// <summary>When it was revoked.</summary>
    public long? RevokedAt { get; init; }
}

/// <summary>Who holds a key or a session.</summary>
public sealed record KeyHolder
{
    /// <summary>The key's id.</summary>
    public required string KeyId { get; init; }

    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>The tenant's name.</summary>
    public required string TenantName { get; init; }

    /// <summary>Calls in a minute.</summary>
    public int RequestsPerMinute { get; init; }

    /// <summary>What the key may do, separated by spaces.</summary>
    public required string Scopes { get; init; }

    /// <summary>When the session ends, in milliseconds since 1970; null: it is a key.</summary>
    public long? ExpiresAt { get; init; }

}

/// <summary>Keys of the API and the sessions that browsers get for them.</summary>
public sealed class ApiKeys(StateStore store)
{
    /// <summary>Enough to change a key without a break, and no more to lose.</summary>
    public const int MostLiving = 2;

    /// <summary>For how long a session lasts.</summary>
    public static readonly TimeSpan SessionLife = TimeSpan.FromDays(7);

    // A revoked key works for at most this long.
    private static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(10);
    private const int CacheSize = 10_000;

    private readonly ConcurrentDictionary<string, (KeyHolder Holder, string Hash, long Asked)> _cache = new();

    /// <summary>Makes a key.</summary>
    /// <returns>The key, which nobody can tell again.</returns>
    /// <exception cref="GrainException">The tenant has two living keys, or there is no such tenant.</exception>
    public async Task<(KeyText Key, KeyStatus Status)> CreateAsync(
        string tenant, IReadOnlyList<string> scopes, string? name, CancellationToken cancellation = default)
    {
        KeyText key = KeyText.New(KeyText.Key);
        return await store.RunAsync(
            async state =>
            {
                await TenantGrain.LockAsync(state, tenant).ConfigureAwait(false);
                if (await state.ScalarAsync<long>(KeySql.Living, new { tenant }).ConfigureAwait(false) >= MostLiving)
                    throw new GrainException("quota-keys", $"a tenant has at most {MostLiving} keys", "revoke one first");
                await state.ExecuteAsync(
                    KeySql.Insert, new { id = key.Id, tenant, hash = key.Hash(), scopes = string.Join(' ', scopes), name }).ConfigureAwait(false);
                return (key, (await state.QueryAsync<KeyStatus>(KeySql.All, new { tenant }).ConfigureAwait(false)).Single(k => k.KeyId == key.Id));
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Whether there is any key in the whole cluster.</summary>
    public async Task<bool> AnyAsync(CancellationToken cancellation = default) =>
        await store.RunAsync(state => state.ScalarAsync<int>(KeySql.Any), cancellation).ConfigureAwait(false) == 1;

    /// <summary>A tenant's keys, those that were revoked too.</summary>
    public Task<IReadOnlyList<KeyStatus>> ListAsync(string tenant, CancellationToken cancellation = default) =>
        store.RunAsync(state => state.QueryAsync<KeyStatus>(KeySql.All, new { tenant }), cancellation);

    /// <summary>Ends a key and its sessions; nodes that have seen it lately know within ten seconds.</summary>
    /// <exception cref="GrainException">There is no such living key of this tenant.</exception>
    public Task RevokeAsync(string tenant, string id, CancellationToken cancellation = default) => store.RunAsync(
        async state =>
        {
            if (await state.ExecuteAsync(KeySql.Revoke, new { tenant, id }).ConfigureAwait(false) == 0) throw GrainException.NotFound("key");
            await state.ExecuteAsync(KeySql.EndSessionsOf, new { id }).ConfigureAwait(false);
            _cache.Clear();
        },
        cancellation);

    /// <summary>Who holds a key or a session; null: nobody does.</summary>
    public async Task<KeyHolder?> HolderAsync(KeyText key, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        string cached = $"{key.Prefix}_{key.Id}";
        if (_cache.TryGetValue(cached, out (KeyHolder Holder, string Hash, long Asked) entry) && Stopwatch.GetElapsedTime(entry.Asked) < CacheTime)
            return key.Matches(entry.Hash) ? entry.Holder : null;
        long asked = Stopwatch.GetTimestamp();
        HolderRow? row = await store.RunAsync(
            async state =>
            {
                string sql = key.Prefix == KeyText.Session ? KeySql.FindSession : KeySql.Find;
                HolderRow? found = await state.FindAsync<HolderRow>(sql, new { id = key.Id }).ConfigureAwait(false);
                if (found is not null) await state.ExecuteAsync(KeySql.Used, new { id = found.KeyId }).ConfigureAwait(false);
                return found;
            },
            cancellation).ConfigureAwait(false);

        // An unknown id takes as long as a wrong secret.
        if (!key.Matches(row?.Hash ?? Nobody)) return null;
        var holder = new KeyHolder
        {
            KeyId = row!.KeyId,
            TenantId = row.TenantId,
            TenantName = row.TenantName,
            RequestsPerMinute = row.RequestsPerMinute,
            Scopes = row.Scopes,
            ExpiresAt = row.ExpiresAt,
        };
        if (_cache.Count >= CacheSize) _cache.Clear();
        _cache[cached] = (holder, row.Hash, asked);
        return holder;
    }

    /// <summary>Gives a browser a session for a key.</summary>
    public async Task<KeyText> BeginSessionAsync(KeyHolder holder, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(holder);
        KeyText session = KeyText.New(KeyText.Session);
        await store.RunAsync(
            async state =>
            {
                await state.ExecuteAsync(KeySql.ExpireSessions).ConfigureAwait(false);
                await state.ExecuteAsync(KeySql.InsertSession, new
                {
                    id = session.Id,
                    tenant = holder.TenantId,
                    key = holder.KeyId,
                    hash = session.Hash(),
                    life = (long)SessionLife.TotalMilliseconds,
                }).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        return session;
    }

    /// <summary>Ends a session.</summary>
    public async Task EndSessionAsync(KeyText session, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        await store.RunAsync(state => state.ExecuteAsync(KeySql.EndSession, new { id = session.Id }), cancellation).ConfigureAwait(false);
        _cache.TryRemove($"{session.Prefix}_{session.Id}", out _);
    }

    private static readonly string Nobody = new('0', 64);

    private sealed record HolderRow
    {
        public required string KeyId { get; init; }

        public required string TenantId { get; init; }

        public required string TenantName { get; init; }

        public int RequestsPerMinute { get; init; }

        public required string Hash { get; init; }

        public required string Scopes { get; init; }

        public long? ExpiresAt { get; init; }
    }
}
