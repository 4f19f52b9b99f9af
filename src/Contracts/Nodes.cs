namespace Vgpnn.Contracts;

/// <summary>A node of the cluster.</summary>
public sealed record Node
{
    /// <summary>Its id, fresh for every process.</summary>
    public required string Id { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>Samples and videos at once.</summary>
    public required int Slots { get; init; }

    /// <summary>Those it works on now.</summary>
    public required int Running { get; init; }

    /// <summary>Bytes that they may hold together.</summary>
    public required long Memory { get; init; }

    /// <summary>Whether it takes up no more work.</summary>
    public required bool Draining { get; init; }

    /// <summary>Seconds since it was last heard of.</summary>
    public required double Silent { get; init; }
}

/// <summary>The cluster as the operator sees it.</summary>
/// <param name="Nodes">Nodes that were heard of lately.</param>
/// <param name="Tenants">Tenants and what they use.</param>
/// <param name="Failures">Samples and videos that failed last, the newest first.</param>
public sealed record ClusterStatus(IReadOnlyList<Node> Nodes, IReadOnlyList<Tenant> Tenants, IReadOnlyList<ClusterFailure> Failures);

/// <summary>Something that failed.</summary>
/// <param name="Tenant">Whose it was.</param>
/// <param name="What">Which: <c>video/ID</c> or <c>request/ID/INDEX</c>.</param>
/// <param name="Error">Why.</param>
public sealed record ClusterFailure(string Tenant, string What, Failure Error);
