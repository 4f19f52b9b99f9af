namespace Vgpnn.Silo.Hosting.Jobs;

/// <summary>A slot that jobs share which are made together.</summary>
internal sealed class JobSlot(int jobs)
{
    private int _jobs = jobs;

    /// <summary>Whether the slot is free now.</summary>
    public bool Leave() => Interlocked.Decrement(ref _jobs) == 0;
}
