using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu;

/// <summary>A pending download: volumes are unpacked on the device and copied by <see cref="Wait"/>.</summary>
public sealed class PendingDownload : IDisposable
{
    private readonly Device _device;
    private readonly Queue<(DeviceBuffer From, Volume<byte> To)> _open = [];

    internal PendingDownload(Device device) => _device = device;

    /// <summary>Waits for the volumes and copies them to their targets.</summary>
    public void Wait(CancellationToken cancellation = default)
    {
        while (_open.TryPeek(out (DeviceBuffer From, Volume<byte> To) next))
        {
            cancellation.ThrowIfCancellationRequested();
            _device.Read(next.From, next.To.Samples);
            next.From.Dispose();
            _open.Dequeue();
        }
    }

    /// <summary>Releases the buffers, whether or not the download was waited for.</summary>
    public void Dispose()
    {
        while (_open.TryDequeue(out (DeviceBuffer From, Volume<byte> To) next)) next.From.Dispose();
    }

    internal void Add(DeviceBuffer from, Volume<byte> to) => _open.Enqueue((from, to));
}

/// <summary>A pending sum of distances.</summary>
public sealed class PendingMeans : IDisposable
{
    private readonly Device _device;
    private readonly DeviceBuffer _from;
    private readonly int _groups;
    private readonly int _samples;
    private readonly double _each;
    private double[]? _means;

    internal PendingMeans(Device device, DeviceBuffer from, int groups, int samples, double each) =>
        (_device, _from, _groups, _samples, _each) = (device, from, groups, samples, each);

    /// <summary>Returns the mean distance between each sample's patches and their matches, in squared byte units.</summary>
    public double[] Wait(CancellationToken cancellation = default)
    {
        if (_means is not null) return _means;
        cancellation.ThrowIfCancellationRequested();
        var sums = new ulong[_groups * _samples];
        _device.Read(_from, sums.AsSpan());
        _from.Dispose();
        var means = new double[_samples];
        for (int i = 0; i < sums.Length; i++) means[i / _groups] += sums[i];
        for (int i = 0; i < means.Length; i++) means[i] /= _each;
        return _means = means;
    }

    /// <inheritdoc/>
    public void Dispose() => _from.Dispose();
}
