using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;

namespace Vgpnn.Grains;

/// <summary>What waits of one tenant for one engine.</summary>
public sealed record QueueDepth
{
    /// <summary>Whose.</summary>
    public required string TenantName { get; init; }

    /// <summary>The engine.</summary>
    public required string EngineClass { get; init; }

    /// <summary>Samples and videos that wait.</summary>
    public long Waiting { get; init; }

    /// <summary>Milliseconds that the oldest of them has been ready; 0: none is.</summary>
    public long Oldest { get; init; }

    /// <summary>Of all tenants that something waits of, or lately did.</summary>
    public static Task<IReadOnlyList<QueueDepth>> ReadAsync(StateStore store, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.RunAsync(state => state.QueryAsync<QueueDepth>(TurnSql.Depths), cancellation);
    }
}
