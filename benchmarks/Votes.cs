using BenchmarkDotNet.Attributes;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;

namespace Vgpnn.Benchmarks;

/// <summary>Medians of bytes.</summary>
public class MedianVoteBytes : VoteBenchmark<byte>
{
    private protected override VoteRule Rule => VoteRule.Median;
}

/// <summary>Medians of floats.</summary>
public class MedianVoteFloats : VoteBenchmark<float>
{
    private protected override VoteRule Rule => VoteRule.Median;
}

/// <summary>Means of bytes.</summary>
public class MeanVoteBytes : VoteBenchmark<byte>
{
    private protected override VoteRule Rule => VoteRule.Mean;
}

/// <summary>Means of floats.</summary>
public class MeanVoteFloats : VoteBenchmark<float>
{
    private protected override VoteRule Rule => VoteRule.Mean;
}

/// <summary>One vote over a whole volume, with matches found by a search.</summary>
public abstract class VoteBenchmark<T>
    where T : unmanaged
{
    private SearchTask<T> _task = null!;
    private Volume<T> _output = null!;

    [GlobalSetup]
    public void Setup()
    {
        _task = Cases.Task<T>(Cases.Size);
        _output = new Volume<T>(_task.Query.Extent, _task.Query.Channels);
        PatchSearches.Create<T>(SearchMethod.PatchMatch).Search(_task, Cases.Alone);
    }

    [Benchmark]
    public void Vote() => PatchVoting.Vote(_task.Keys, _task.Field, _task.Patch, Rule, _output, Cases.Alone);

    private protected abstract VoteRule Rule { get; }
}
