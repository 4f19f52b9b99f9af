using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Benchmarks;

/// <summary>Floats, default patch.</summary>
public class FloatDistance3x7x7 : DistanceBenchmark
{
    private protected override IDistanceProbe CreateProbe(Access access) =>
        new DistanceProbe<float, FloatDistance>(new Extent(3, 7, 7), access);
}

/// <summary>Floats, patch of the largest levels.</summary>
public class FloatDistance3x5x5 : DistanceBenchmark
{
    private protected override IDistanceProbe CreateProbe(Access access) =>
        new DistanceProbe<float, FloatDistance>(new Extent(3, 5, 5), access);
}

/// <summary>Floats, a patch size without a specialised kernel.</summary>
public class FloatDistanceAny : DistanceBenchmark
{
    private protected override IDistanceProbe CreateProbe(Access access) =>
        new DistanceProbe<float, FloatDistance>(new Extent(2, 9, 9), access);
}
