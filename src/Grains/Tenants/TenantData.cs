using System.Collections.Immutable;
using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Grains.Tenants;

/// <summary>A tenant's stored state.</summary>
internal sealed record TenantData
{
    /// <summary>Its name; empty: there is no such tenant.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it may use.</summary>
    public TenantLimits Limits { get; init; } = new();

    /// <summary>Ids of its API keys, oldest first.</summary>
    public ImmutableList<string> Keys { get; init; } = [];

    /// <summary>What its webhooks are signed with.</summary>
    public string? WebhookSecret { get; init; }

    /// <summary>Requests and videos that are not settled, by entry.</summary>
    public ImmutableSortedDictionary<string, ActiveEntry> Active { get; init; } = ImmutableSortedDictionary.Create<string, ActiveEntry>(StringComparer.Ordinal);

    /// <summary>Entries that are being deleted; their bytes are not counted any more.</summary>
    public ImmutableSortedSet<string> Deleting { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Bytes of settled entries.</summary>
    public long SettledBytes { get; init; }

    /// <summary>Its place in the list of tenants.</summary>
    public long? Place { get; init; }
}

/// <summary>A request or a video that is not settled.</summary>
/// <param name="Backend">The backend that it runs on.</param>
/// <param name="Jobs">Jobs in all.</param>
/// <param name="Bytes">Bytes that were stored when it was admitted.</param>
/// <param name="Created">When it was submitted, in milliseconds since 1970.</param>
internal sealed record ActiveEntry(string Backend, int Jobs, long Bytes, long Created);
