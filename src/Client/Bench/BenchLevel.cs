using System.Diagnostics;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Client.Bench;

/// <summary>
/// One level of a generation on a synthetic scene: Q shows another time of the scene than K and V. Frames, patch, iterations
/// and schedule are the same at every size, so that sizes are comparable.
/// </summary>
internal sealed class BenchLevel
{
    /// <summary>Number of EM iterations.</summary>
    public const int Iterations = 2;

    private const int Frames = 5;
    private const int CoarseFrames = 4;
    private const int OtherMoment = 40;
    private const double Downscale = 0.82;

    private readonly Volume<byte> _values;
    private readonly Volume<byte> _coarseKeys;
    private readonly Volume<byte> _coarseQuery;

    /// <param name="height">Height in pixels; frames are 16:9.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public BenchLevel(int height, Workers workers)
    {
        Size = SizeOf(height);
        _values = SyntheticScene.Render(Size, 0, workers);
        var coarse = new Extent(CoarseFrames, (int)Math.Ceiling(Size.H * Downscale), (int)Math.Ceiling(Size.W * Downscale));
        var down = new Scale((double)coarse.T / Size.T, (double)coarse.H / Size.H, (double)coarse.W / Size.W);
        _coarseKeys = Resampler.Resize(_values, coarse, down, workers);
        _coarseQuery = Resampler.Resize(SyntheticScene.Render(Size, OtherMoment, workers), coarse, down, workers);
    }

    /// <summary>The patch size.</summary>
    public static Extent Patch { get; } = new(3, 7, 7);

    /// <summary>Size of Q, K and V.</summary>
    public Extent Size { get; }

    /// <summary>The size of a level with the given height.</summary>
    public static Extent SizeOf(int height) => new(Frames, height, ((height * 8) + 4) / 9 * 2);

    /// <summary>Approximate number of patch distances of a level.</summary>
    public static double Evaluations(SearchMethod method, Extent size)
    {
        long patches = size.PatchGrid(Patch).Count;
        return Enumerable.Range(0, Iterations).Sum(j => PatchSearches.Create<byte>(method).Evaluations(patches, patches, j));
    }

    /// <summary>V at this level, and K and Q at the coarser one.</summary>
    public (Volume<byte> Values, Volume<byte> CoarseKeys, Volume<byte> CoarseQuery) Inputs => (_values, _coarseKeys, _coarseQuery);

    /// <summary>Runs the level; the output is deterministic.</summary>
    public PhaseTimes Run(IPatchSearch<byte> search, Workers workers)
    {
        Extent coarse = _coarseKeys.Extent;
        var up = new Scale((double)Size.T / coarse.T, (double)Size.H / coarse.H, (double)Size.W / coarse.W);
        var clock = Stopwatch.StartNew();
        Volume<byte> query = Resampler.Resize(_coarseQuery, Size, up, workers);
        Volume<byte> keys = Resampler.Resize(_coarseKeys, Size, up, workers);
        double resample = clock.Elapsed.TotalSeconds, searching = 0, vote = 0;
        var field = new NearestNeighbourField(Size, Size, Patch);
        for (int j = 0; j < Iterations; j++)
        {
            clock.Restart();
            var task = new SearchTask<byte> { Query = query, Keys = keys, Patch = Patch, Field = field, Iteration = j, Seed = (ulong)j };
            search.Search(task, workers);
            searching += clock.Elapsed.TotalSeconds;
            clock.Restart();
            PatchVoting.Vote(_values, field, Patch, VoteRule.Median, query, workers);
            vote += clock.Elapsed.TotalSeconds;
            keys = _values;
        }

        return new PhaseTimes(resample, searching, vote);
    }
}

/// <summary>Times of a level by phase, or values derived from them.</summary>
/// <param name="Resample">Upscaling of Q and K from the coarser level.</param>
/// <param name="Search">All searches.</param>
/// <param name="Vote">All votes.</param>
internal sealed record PhaseTimes(double Resample, double Search, double Vote)
{
    public double Total => Resample + Search + Vote;

    public PhaseTimes Times(double factor) => new(Resample * factor, Search * factor, Vote * factor);
}
