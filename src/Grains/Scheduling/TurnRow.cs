namespace Vgpnn.Grains.Scheduling;

/// <summary>A long turn as it is in the state.</summary>
internal sealed record TurnRow
{
    public required string Grain { get; init; }

    public required string TenantId { get; init; }

    /// <summary><c>ready</c>, <c>admitted</c> or <c>running</c>.</summary>
    public required string State { get; init; }

    public long Epoch { get; init; }

    public string? Node { get; init; }

    public long Bytes { get; init; }

    public int Attempts { get; init; }

    /// <summary>Milliseconds since it became ready.</summary>
    public long Waited { get; init; }

    /// <summary>The span that it belongs to, as <see cref="Telemetry.Current"/> writes it; null: none.</summary>
    public string? TraceParent { get; init; }

    public required string EngineClass { get; init; }

    public long DeviceBytes { get; init; }

    /// <summary>Memory that it needs of a device; null: it needs none.</summary>
    public long? OnDevice => EngineClass == Synthesis.EngineClass.OpenCl ? DeviceBytes : null;

    public GrainKey Key => GrainKey.TryParse(Grain, out GrainKey key) ? key : throw new InvalidDataException($"{Grain} is no grain");
}

/// <summary>How an activation ended.</summary>
internal enum Outcome
{
    /// <summary>Its work is done.</summary>
    Done,

    /// <summary>Its grain cannot be finished.</summary>
    Failed,

    /// <summary>Nobody wants the result any more.</summary>
    Cancelled,

    /// <summary>It stopped at a checkpoint, to be taken up elsewhere.</summary>
    HandedBack,

    /// <summary>Something went wrong that may go well the next time.</summary>
    Error,

    /// <summary>Its process was gone.</summary>
    Crashed,

    /// <summary>It was replaced though its process lived: the node had been frozen, or cut off.</summary>
    Fenced,
}
