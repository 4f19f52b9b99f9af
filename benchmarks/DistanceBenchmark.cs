using BenchmarkDotNet.Attributes;
using Vgpnn.Kernels;

namespace Vgpnn.Benchmarks;

/// <summary>Where one key patch lies, seen from the one before.</summary>
public enum Access
{
    /// <summary>Beside it, as when neighbours' matches lie side by side.</summary>
    Coherent,

    /// <summary>Anywhere.</summary>
    Random,
}

/// <summary>Time of one patch distance, the choice of the query patch included.</summary>
public abstract class DistanceBenchmark
{
    private IDistanceProbe _probe = null!;

    [ParamsAllValues]
    public Access Access { get; set; }

    [GlobalSetup]
    public void Setup() => _probe = CreateProbe(Access);

    [Benchmark(OperationsPerInvoke = DistanceProbe.Count)]
    public float Measure() => _probe.Measure();

    private protected abstract IDistanceProbe CreateProbe(Access access);
}

/// <summary>Measures a fixed list of pairs.</summary>
internal interface IDistanceProbe
{
    float Measure();
}

internal static class DistanceProbe
{
    /// <summary>Pairs in the list.</summary>
    public const int Count = 4096;
}

internal sealed class DistanceProbe<T, TDistance> : IDistanceProbe
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    private readonly (int T, int H, int W)[] _queries;
    private readonly (int T, int H, int W)[] _keys;
    private TDistance _distance;

    public DistanceProbe(Extent patch, Access access)
    {
        Extent size = Cases.Size;
        Extent grid = size.PatchGrid(patch);
        _distance = TDistance.Create(Cases.Task<T>(size, patch));
        _queries = [.. Enumerable.Range(0, DistanceProbe.Count).Select(i => Place(grid, i))];
        _keys = access == Access.Coherent
            ? _queries
            : [.. Enumerable.Range(0, DistanceProbe.Count).Select(i => Place(grid, (long)(Hash.Mix((ulong)i) >> 1)))];
    }

    public float Measure()
    {
        float sum = 0;
        TDistance distance = _distance;
        for (int i = 0; i < _queries.Length; i++)
        {
            distance.Aim(_queries[i].T, _queries[i].H, _queries[i].W);
            sum += distance.Measure(_keys[i].T, _keys[i].H, _keys[i].W, float.PositiveInfinity);
        }

        _distance = distance;
        return sum;
    }

    private static (int T, int H, int W) Place(Extent grid, long linear)
    {
        int i = (int)(linear % grid.Count);
        return (i / grid.W / grid.H, i / grid.W % grid.H, i % grid.W);
    }
}
