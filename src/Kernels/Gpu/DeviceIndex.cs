using ILGPU;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu;

/// <summary>
/// An index over the key patches of a level on a device, which returns probably near keys for a query patch. It depends on the keys only, so
/// one index serves every sample of every request.
/// </summary>
public sealed class DeviceIndex : IDisposable
{
    // Of more keys, an evenly spaced subset is indexed.
    internal const int MaxKeys = 1 << 17;

    private readonly DeviceBuffer[] _buffers;
    private readonly int _depth;

    internal DeviceIndex(Extent patch, int depth, params DeviceBuffer[] buffers) => (Patch, _depth, _buffers) = (patch, depth, buffers);

    /// <summary>Patch size.</summary>
    public Extent Patch { get; }

    internal IndexArguments Arguments => new()
    {
        Columns = _buffers[0].View<int>(),
        Rows = _buffers[1].View<int>(),
        Nodes = _buffers[2].View<int>(),
        Positions = _buffers[3].View<uint>(),
        Leaves = _buffers[4].View<uint>(),
        Depth = _depth,
    };

    /// <summary>Peak device memory of building an index over this grid of key patches, in bytes.</summary>
    public static long Bytes(Extent keyGrid)
    {
        long keys = Math.Min(keyGrid.Count, MaxKeys);

        // Descriptors and positions of the keys; leaves, of which up to half are padded with repeated keys; tree nodes.
        return keys * sizeof(int) * (IndexBasis.Numbers + 1 + (2 * (1 + (IndexBasis.Padded / 2))) + 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DeviceBuffer buffer in _buffers) buffer.Dispose();
    }
}
