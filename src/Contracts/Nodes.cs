namespace Vgpnn.Contracts;

/// <summary>A silo of the cluster.</summary>
public sealed record Node
{
    /// <summary>Id of the silo, new for every process.</summary>
    public required string Id { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>Maximum number of concurrent jobs.</summary>
    public required int Slots { get; init; }

    /// <summary>Number of running jobs.</summary>
    public required int Running { get; init; }

    /// <summary>Memory for jobs, in bytes.</summary>
    public required long Memory { get; init; }

    /// <summary>Whether the silo is draining: it starts no more jobs.</summary>
    public required bool Draining { get; init; }

    /// <summary>Seconds since the last heartbeat.</summary>
    public required double Silent { get; init; }
}

/// <summary>State of the cluster.</summary>
/// <param name="Nodes">Silos with recent heartbeats.</param>
/// <param name="Tenants">Tenants with their usage and limits.</param>
/// <param name="Failures">Latest failures of samples and videos, newest first.</param>
public sealed record ClusterStatus(IReadOnlyList<Node> Nodes, IReadOnlyList<Tenant> Tenants, IReadOnlyList<ClusterFailure> Failures);

/// <summary>A failed sample or video.</summary>
/// <param name="Tenant">Name of the tenant.</param>
/// <param name="What">The failed resource: <c>video/ID</c> or <c>request/ID/INDEX</c>.</param>
/// <param name="Error">The reason.</param>
public sealed record ClusterFailure(string Tenant, string What, Failure Error);
