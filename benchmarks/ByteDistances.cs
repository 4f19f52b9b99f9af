using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Benchmarks;

/// <summary>Bytes, default patch.</summary>
public class ByteDistance3x7x7 : DistanceBenchmark
{
    private protected override IDistanceProbe CreateProbe(Access access) =>
        new DistanceProbe<byte, ByteDistance>(new Extent(3, 7, 7), access);
}

/// <summary>Bytes, patch of the largest levels.</summary>
public class ByteDistance3x5x5 : DistanceBenchmark
{
    private protected override IDistanceProbe CreateProbe(Access access) =>
        new DistanceProbe<byte, ByteDistance>(new Extent(3, 5, 5), access);
}

/// <summary>Bytes, a patch size without a specialised kernel.</summary>
public class ByteDistanceAny : DistanceBenchmark
{
    private protected override IDistanceProbe CreateProbe(Access access) =>
        new DistanceProbe<byte, ByteDistance>(new Extent(2, 9, 9), access);
}
