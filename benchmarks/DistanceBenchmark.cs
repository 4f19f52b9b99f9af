using BenchmarkDotNet.Attributes;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Benchmarks;

/// <summary>Access pattern of key patches.</summary>
public enum Access
{
    /// <summary>Adjacent keys, as when adjacent queries have adjacent matches.</summary>
    Coherent,

    /// <summary>Random keys.</summary>
    Random,
}

/// <summary>Time of one patch distance, including its share of packing a row of the query.</summary>
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
    /// <summary>Number of pairs in the list.</summary>
    public const int Count = 4096;
}

internal sealed class DistanceProbe<T, TDistance> : IDistanceProbe
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    private readonly int[] _columns;
    private readonly uint[] _places;
    private readonly float[] _distances = new float[DistanceProbe.Count];
    private readonly TDistance _distance;

    public DistanceProbe(Extent patch, Access access)
    {
        SearchTask<T> task = Cases.Task<T>(Cases.Size, patch);
        long keys = task.Field.KeyGrid.Count;
        _distance = TDistance.Create(task, Cases.Alone);
        _columns = [.. Enumerable.Range(0, DistanceProbe.Count).Select(i => i % task.Field.QueryGrid.W)];
        _places = [.. Enumerable.Range(0, DistanceProbe.Count).Select(i =>
            task.Field.FromLinear((int)((access == Access.Coherent ? i : (long)(Hash.Mix((ulong)i) >> 1)) % keys)))];
    }

    public unsafe float Measure()
    {
        TDistance distance = _distance;
        distance.Enter(0, 0, 1);
        fixed (int* columns = _columns)
        fixed (uint* places = _places)
        fixed (float* distances = _distances) distance.Measure(0, columns, places, DistanceProbe.Count, distances);
        return _distances[0];
    }
}
