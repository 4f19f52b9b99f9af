using System.Security.Cryptography;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains;

/// <summary>Something to tell somebody outside.</summary>
public sealed record Delivery
{
    /// <summary>The same however often it is sent.</summary>
    public required string DeliveryId { get; init; }

    /// <summary>Whose it is.</summary>
    public required string TenantId { get; init; }

    /// <summary>Where to.</summary>
    public required string Url { get; init; }

    /// <summary>JSON.</summary>
    public required string Body { get; init; }

    /// <summary>Tries, with this one.</summary>
    public int Attempts { get; init; }
}

/// <summary>What is to be told outside, and whether it was. At least once: whoever hears something twice knows it by its id.</summary>
public sealed class Outbox(StateStore store)
{
    /// <summary>Tries before it is given up; the last is about a day after the first.</summary>
    public const int MostAttempts = 9;

    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(1), FirstPause = TimeSpan.FromSeconds(5), Kept = TimeSpan.FromDays(7);

    /// <summary>Takes one that is due; null: none is.</summary>
    public Task<Delivery?> TakeAsync(CancellationToken cancellation = default) =>
        store.RunAsync(state => state.FindAsync<Delivery>(OutboxSql.Take, new { hold = (long)Hold.TotalMilliseconds }), cancellation);

    /// <summary>It was heard.</summary>
    public Task SentAsync(Delivery delivery, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return store.RunAsync(state => state.ExecuteAsync(OutboxSql.Sent, new { id = delivery.DeliveryId }), cancellation);
    }

    /// <summary>It was not heard: it is tried again after a while that grows, or given up.</summary>
    /// <param name="delivery">What.</param>
    /// <param name="error">Why, for the operator.</param>
    /// <param name="forEver">Whether trying again is in vain.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task FailedAsync(Delivery delivery, string error, bool forEver, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        if (forEver || delivery.Attempts >= MostAttempts)
            return store.RunAsync(state => state.ExecuteAsync(OutboxSql.GiveUp, new { id = delivery.DeliveryId, error }), cancellation);
        double pause = FirstPause.TotalMilliseconds * Math.Pow(3, delivery.Attempts - 1) * (0.75 + (Random.Shared.NextDouble() / 2));
        return store.RunAsync(state => state.ExecuteAsync(OutboxSql.Again, new { id = delivery.DeliveryId, error, delay = (long)pause }), cancellation);
    }

    /// <summary>Forgets what was settled long ago.</summary>
    public Task PruneAsync(CancellationToken cancellation = default) =>
        store.RunAsync(state => state.ExecuteAsync(OutboxSql.Prune, new { age = (long)Kept.TotalMilliseconds }), cancellation);

    /// <summary>What a tenant's messages are signed with, made when it is first asked for.</summary>
    public Task<string> SecretAsync(string tenant, CancellationToken cancellation = default) => store.RunAsync(
        async state =>
        {
            await TenantGrain.LockAsync(state, tenant).ConfigureAwait(false);
            string fresh = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
            await state.ExecuteAsync(OutboxSql.SetSecret, new { tenant, secret = fresh }).ConfigureAwait(false);
            return await state.ScalarAsync<string>(OutboxSql.Secret, new { tenant }).ConfigureAwait(false);
        },
        cancellation);
}
