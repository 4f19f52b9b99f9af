using Vgpnn.Synthesis;

namespace Vgpnn.Grains.Contracts;

/// <summary>A process that takes part in the cluster, and what it has to give.</summary>
/// <param name="Id">Fresh for every process.</param>
/// <param name="Version">The program's version.</param>
/// <param name="EngineClasses">The engines that it computes with (<see cref="EngineClass"/>).</param>
/// <param name="Slots">Long turns at once.</param>
/// <param name="Memory">Bytes that its long turns may hold together.</param>
/// <param name="DeviceMemory">Bytes that a sample may take on its device; 0: it has none.</param>
public sealed record NodeInfo(string Id, string Version, IReadOnlyList<string> EngineClasses, int Slots, long Memory, long DeviceMemory = 0);

/// <summary>A node as the cluster sees it.</summary>
public sealed record NodeStatus
{
    /// <summary>Its id.</summary>
    public required string Node { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>Long turns at once.</summary>
    public int Slots { get; init; }

    /// <summary>Bytes that its long turns may hold together.</summary>
    public long Memory { get; init; }

    /// <summary>Long turns that it runs.</summary>
    public int Running { get; init; }

    /// <summary>Whether it takes up no more work.</summary>
    public bool Draining { get; init; }

    /// <summary>Milliseconds since it was last heard of.</summary>
    public long Silent { get; init; }
}

/// <summary>A sample or a video that failed.</summary>
public sealed record FailureStatus
{
    /// <summary>Whose it is.</summary>
    public required string TenantName { get; init; }

    /// <summary>Which: <c>video/ID</c> or <c>request/ID/INDEX</c>.</summary>
    public required string What { get; init; }

    /// <summary>Why, as a code.</summary>
    public required string ErrorCode { get; init; }

    /// <summary>Why.</summary>
    public required string Error { get; init; }
}
