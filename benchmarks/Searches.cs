using BenchmarkDotNet.Attributes;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;

namespace Vgpnn.Benchmarks;

/// <summary>PatchMatch in raster order on bytes.</summary>
public class PatchMatchSearchBytes : PatchMatchSearchBenchmark<byte>;

/// <summary>PatchMatch in raster order on floats.</summary>
public class PatchMatchSearchFloats : PatchMatchSearchBenchmark<float>;

/// <summary>Jump flooding on bytes.</summary>
public class JumpFloodSearchBytes : SearchBenchmark<byte>
{
    private protected override SearchMethod Method => SearchMethod.JumpFlood;

    private protected override Extent Size => Cases.Size;
}

/// <summary>Jump flooding on floats.</summary>
public class JumpFloodSearchFloats : SearchBenchmark<float>
{
    private protected override SearchMethod Method => SearchMethod.JumpFlood;

    private protected override Extent Size => Cases.Size;
}

/// <summary>Exhaustive search on bytes, in a small volume.</summary>
public class ExhaustiveSearchBytes : SearchBenchmark<byte>
{
    private protected override SearchMethod Method => SearchMethod.Exhaustive;

    private protected override Extent Size => Cases.SmallSize;
}

/// <summary>Exhaustive search on floats, in a small volume.</summary>
public class ExhaustiveSearchFloats : SearchBenchmark<float>
{
    private protected override SearchMethod Method => SearchMethod.Exhaustive;

    private protected override Extent Size => Cases.SmallSize;
}

/// <summary>A search from scratch.</summary>
public abstract class SearchBenchmark<T>
    where T : unmanaged
{
    private SearchTask<T> _task = null!;

    [GlobalSetup]
    public void Setup() => _task = Cases.Task<T>(Size);

    [Benchmark]
    public void Search() => PatchSearches.Create<T>(Method).Search(_task, Cases.Alone);

    private protected abstract SearchMethod Method { get; }

    private protected abstract Extent Size { get; }
}

/// <summary>The search of one EM iteration: the first starts from scratch, later ones from the previous field.</summary>
public abstract class PatchMatchSearchBenchmark<T>
    where T : unmanaged
{
    private SearchTask<T> _task = null!;
    private uint[] _start = null!;

    [Params(0, 1, 2)]
    public int Iteration { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        SearchTask<T> first = Cases.Task<T>(Cases.Size);
        for (int j = 0; j < Iteration; j++)
        {
            PatchSearches.Create<T>(SearchMethod.PatchMatch).Search(first with { Iteration = j }, Cases.Alone);
            var output = new Volume<T>(first.Query.Extent, first.Query.Channels);
            PatchVoting.Vote(first.Keys, first.Field, first.Patch, VoteRule.Median, output, Cases.Alone);
            first = first with { Query = output };
        }

        _task = first with { Iteration = Iteration };
        _start = [.. first.Field.Positions];
    }

    [Benchmark]
    public void Search()
    {
        _start.CopyTo(_task.Field.Positions, 0);
        PatchSearches.Create<T>(SearchMethod.PatchMatch).Search(_task, Cases.Alone);
    }
}
