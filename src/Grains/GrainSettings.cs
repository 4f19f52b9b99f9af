namespace Vgpnn.Grains;

/// <summary>Settings of the grains.</summary>
public sealed record GrainSettings
{
    /// <summary>Crashes of its worker with which a job that ran alone is given up.</summary>
    public int MaxCrashes { get; init; } = 2;

    /// <summary>How long a dispatcher that has lost its memory waits for workers' reports before it gives orders.</summary>
    public TimeSpan DispatcherGrace { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Silence after which a worker is lost.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(3);
}
