using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vgpnn.Kernels.OpenCl;

/// <summary>Data on its way from a device into this process's memory. Disposing of it waits for it.</summary>
public abstract class Pending : IDisposable
{
    // What a device that hangs may still write to must never become anything else.
    private static readonly List<object> s_lost = [];

    private readonly DeviceSession _session;
    private readonly List<(DeviceBuffer From, EventHandle Done, object To)> _open = [];

    private protected Pending(DeviceSession session) => _session = session;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_open.Count == 0) return;
        try
        {
            Arrive(CancellationToken.None);
        }
        catch (OpenClException)
        {
            lock (s_lost) s_lost.AddRange(_open.Select(o => o.To));
        }

        GC.SuppressFinalize(this);
    }

    private protected unsafe void Begin(DeviceBuffer from, void* to, long bytes, object owner) =>
        _open.Add((from, _session.BeginRead(from, to, bytes), owner));

    private protected void Arrive(CancellationToken cancellation)
    {
        while (_open.Count > 0)
        {
            _session.Wait(_open[0].Done, cancellation);
            _open[0].From.Dispose();
            _open.RemoveAt(0);
        }
    }
}

/// <summary>Volumes on their way from a device.</summary>
public sealed class PendingDownload : Pending
{
    internal PendingDownload(DeviceSession session)
        : base(session)
    {
    }

    /// <summary>Waits until the volumes are there.</summary>
    public void Wait(CancellationToken cancellation = default) => Arrive(cancellation);

    internal unsafe void Add(DeviceBuffer from, Volume<byte> to) => Begin(from, to.Pointer, to.Count, to);
}

/// <summary>Mean distances on their way from a device.</summary>
public sealed class PendingMeans : Pending
{
    private readonly ulong[] _sums;
    private readonly int _groups;
    private readonly double _each;

    internal unsafe PendingMeans(DeviceSession session, DeviceBuffer from, int groups, int samples, double each)
        : base(session)
    {
        (_groups, _each) = (groups, each);
        _sums = GC.AllocateArray<ulong>(groups * samples, pinned: true);
        Begin(from, Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_sums)), (long)_sums.Length * sizeof(ulong), _sums);
    }

    /// <summary>The mean distance of every sample's patches to their matches, in squares of bytes.</summary>
    public double[] Wait(CancellationToken cancellation = default)
    {
        Arrive(cancellation);
        var means = new double[_sums.Length / _groups];
        for (int i = 0; i < _sums.Length; i++) means[i / _groups] += _sums[i];
        for (int i = 0; i < means.Length; i++) means[i] /= _each;
        return means;
    }
}
