namespace Vgpnn.Kernels.OpenCl;

/// <summary>What one launch of a kernel did.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="WorkItems">Work items, those at the edges that had nothing to do included.</param>
/// <param name="Evaluations">Patch distances that were begun; candidates of a vote; 0 where neither is.</param>
/// <param name="Bytes">
/// Bytes asked of memory, whatever caches kept of them: of a search the rows of keys that were compared, until early termination, of all
/// other kernels what their sizes say.
/// </param>
/// <param name="Seconds">From its start to its end on the device.</param>
public sealed record KernelLaunch(string Kernel, long WorkItems, long Evaluations, long Bytes, double Seconds);

/// <summary>What a launch takes as far as sizes tell.</summary>
/// <param name="Bytes">Bytes read and written.</param>
/// <param name="Evaluations">Candidates; −1: the kernel counts them.</param>
/// <param name="RowBytes">Where it counts: bytes of a row of a patch, of which it counts those compared.</param>
internal readonly record struct LaunchCost(long Bytes, long Evaluations = 0, int RowBytes = 0);

/// <summary>Keeps what is launched until it is asked for.</summary>
internal sealed class LaunchLog(DeviceSession session) : IDisposable
{
    private const int Slots = 4096;
    private const int Counters = 2;
    private const int RowUnit = 256;

    private readonly List<Entry> _open = [];
    private readonly List<KernelLaunch> _done = [];
    private DeviceBuffer? _counters;
    private int _slot;

    /// <summary>The counters of the next launch.</summary>
    public Argument NextSlot()
    {
        if (!session.Measures) return (DeviceBuffer?)null;

        // A buffer's part has to begin where the device likes it; a counter of its own for every launch is simpler.
        if (_slot == Slots) Settle(CancellationToken.None);
        DeviceBuffer counters = session.Upload<uint>(new uint[Counters]);
        _slot++;
        _counters = counters;
        return counters;
    }

    public void Add(string kernel, long items, LaunchCost cost, EventHandle done)
    {
        _open.Add(new Entry(kernel, items, cost, done, cost.Evaluations < 0 ? _counters : null));
        _counters = null;
    }

    public IReadOnlyList<KernelLaunch> Take(CancellationToken cancellation)
    {
        Settle(cancellation);
        KernelLaunch[] taken = [.. _done];
        _done.Clear();
        return taken;
    }

    public void Dispose()
    {
        foreach (Entry entry in _open)
        {
            entry.Done.Dispose();
            entry.Counters?.Dispose();
        }
    }

    private void Settle(CancellationToken cancellation)
    {
        if (_open.Count > 0) session.Wait(session.Marker(), cancellation);
        foreach (Entry entry in _open)
        {
            (ulong start, ulong end) = session.Times(entry.Done);
            uint[] counted = new uint[Counters];
            if (entry.Counters is not null) session.Read(entry.Counters, counted.AsSpan(), cancellation);
            long evaluations = entry.Counters is null ? Math.Max(0, entry.Cost.Evaluations) : counted[0];
            _done.Add(new KernelLaunch(
                entry.Kernel, entry.Items, evaluations, entry.Cost.Bytes + ((long)counted[1] * RowUnit * entry.Cost.RowBytes), (end - start) / 1e9));
            entry.Counters?.Dispose();
            entry.Done.Dispose();
        }

        _open.Clear();
        _slot = 0;
    }

    private sealed record Entry(string Kernel, long Items, LaunchCost Cost, EventHandle Done, DeviceBuffer? Counters);
}
