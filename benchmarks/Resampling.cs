using BenchmarkDotNet.Attributes;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Benchmarks;

/// <summary>One pyramid step down and up again, for bytes.</summary>
public class ResamplingBytes : ResamplingBenchmark<byte>;

/// <summary>One pyramid step down and up again, for floats.</summary>
public class ResamplingFloats : ResamplingBenchmark<float>;

/// <summary>Resizing all three axes by the default factors.</summary>
public abstract class ResamplingBenchmark<T>
    where T : unmanaged
{
    private static readonly Scale Step = new(0.87, 0.82, 0.82);

    private Volume<T> _fine = null!;
    private Volume<T> _coarse = null!;

    [GlobalSetup]
    public void Setup()
    {
        _fine = Cases.Keys<T>(Cases.Size);
        _coarse = Down();
    }

    [Benchmark]
    public Volume<T> Down()
    {
        Extent size = _fine.Extent;
        var coarse = new Extent((int)Math.Ceiling(size.T * Step.T), (int)Math.Ceiling(size.H * Step.H), (int)Math.Ceiling(size.W * Step.W));
        return Resampler.Resize(_fine, coarse, Step, Cases.Alone);
    }

    [Benchmark]
    public Volume<T> Up() => Resampler.Resize(_coarse, _fine.Extent, Scale.One / Step, Cases.Alone);
}
