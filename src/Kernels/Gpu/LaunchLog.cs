using ILGPU;
using ILGPU.Runtime;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu;

/// <summary>Records the launches of a device that measures, until they are taken.</summary>
internal sealed class LaunchLog(Device device) : IDisposable
{
    // Maximum number of events pending before their times are read.
    private const int MostOpen = 2048;

    private readonly List<Entry> _open = [];
    private readonly List<KernelLaunch> _done = [];
    private DeviceBuffer? _counts;

    /// <summary>Returns a counter slot for each group of the next launch.</summary>
    public ArrayView<ulong> Counters(long groups)
    {
        _counts = device.Allocate(groups * Counting.Counters * sizeof(ulong));
        return _counts.View<ulong>();
    }

    /// <summary>Records a launch between two markers of the stream.</summary>
    public void Add(string kernel, long items, LaunchCost cost, ProfilingMarker start, ProfilingMarker end)
    {
        _open.Add(new Entry(kernel, items, cost, start, end, cost.Evaluations < 0 ? _counts : null));
        _counts = null;
        if (_open.Count == MostOpen) Settle();
    }

    /// <summary>Returns the launches since the last call.</summary>
    public IReadOnlyList<KernelLaunch> Take()
    {
        Settle();
        KernelLaunch[] taken = [.. _done];
        _done.Clear();
        return taken;
    }

    public void Dispose()
    {
        foreach (Entry entry in _open)
        {
            entry.Start.Dispose();
            entry.End.Dispose();
            entry.Counts?.Dispose();
        }

        _open.Clear();
    }

    private void Settle()
    {
        if (_open.Count > 0) device.Synchronize();
        foreach (Entry entry in _open)
        {
            ulong evaluations = 0, rows = 0;
            if (entry.Counts is not null)
            {
                var counts = new ulong[entry.Counts.Bytes / sizeof(ulong)];
                device.Read(entry.Counts, counts.AsSpan());
                for (int i = 0; i < counts.Length; i += Counting.Counters) (evaluations, rows) = (evaluations + counts[i], rows + counts[i + 1]);
            }

            _done.Add(new KernelLaunch(
                entry.Kernel, entry.Items, entry.Counts is null ? Math.Max(0, entry.Cost.Evaluations) : (long)evaluations,
                entry.Cost.Bytes + ((long)rows * entry.Cost.RowBytes), (entry.End - entry.Start).TotalSeconds));
        }

        Dispose();
    }

    private sealed record Entry(string Kernel, long Items, LaunchCost Cost, ProfilingMarker Start, ProfilingMarker End, DeviceBuffer? Counts);
}
