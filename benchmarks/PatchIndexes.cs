using BenchmarkDotNet.Attributes;
using Vgpnn.Kernels.Indexing;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Benchmarks;

/// <summary>The index over patches of bytes.</summary>
public class PatchIndexBytes : PatchIndexBenchmark<byte>;

/// <summary>The index over patches of floats.</summary>
public class PatchIndexFloats : PatchIndexBenchmark<float>;

/// <summary>Building an index over all keys, and looking up all queries including their descriptors.</summary>
public abstract class PatchIndexBenchmark<T>
    where T : unmanaged
{
    private SearchTask<T> _task = null!;
    private PatchIndex<T> _index = null!;

    [GlobalSetup]
    public void Setup()
    {
        _task = Cases.Task<T>(Cases.Size);
        _index = new PatchIndex<T>(_task.Keys, _task.Patch, Cases.Alone);
    }

    [Benchmark]
    public object Build() => new PatchIndex<T>(_task.Keys, _task.Patch, Cases.Alone);

    [Benchmark]
    public int Query()
    {
        Extent grid = _task.Field.QueryGrid;
        var near = new uint[grid.W * PatchIndex<T>.Near];
        int found = 0;
        for (int row = 0; row < grid.T * grid.H; row++)
        {
            _index.Lead(_index.Describe(_task.Query, row / grid.H, row % grid.H, grid.W), near);
            found += near.Length;
        }

        return found;
    }
}
