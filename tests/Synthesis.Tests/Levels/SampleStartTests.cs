using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Levels;

public class SampleStartTests
{
    private static readonly Extent Size = new(3, 12, 14), Patch = new(3, 7, 7);
    private static readonly Volume<byte> Input = RandomVolume.Blobs<byte>(Size, 3, 1);
    private static readonly Volume<float> Unchanged = ColourConversion.ToFloat(Input);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Start_with_the_lowest_cost_is_chosen(int seed)
    {
        Volume<byte>[] starts = Starts(seed);
        double[] missing = [.. starts.Select(Missing)];
        double[] different = [.. starts.Select(s => ColourConversion.ToFloat(s).Samples.ToArray().Zip(Unchanged.Samples.ToArray(), (a, b) => Math.Abs(a - b)).Average())];
        double[] cost = [.. missing.Zip(different, (m, d) => (m / missing.Average()) - (0.4 * d / different.Average()))];

        Assert.Equal(cost.Min(), cost[Choose(starts, new Workers(1))], 1e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Choice_of_the_start_does_not_depend_on_threads(int seed)
    {
        Volume<byte>[] starts = Starts(seed);
        int chosen = Choose(starts, new Workers(1));
        Assert.All([2, 3, 5], threads => Assert.Equal(chosen, Choose(starts, new Workers(threads))));
    }

    [Fact]
    public void First_of_equal_starts_is_chosen()
    {
        Volume<byte> start = RandomVolume.Blobs<byte>(Size, 3, 2);
        Assert.Equal(0, Choose([start, start, start], new Workers(2)));
    }

    [Fact]
    public void Start_that_equals_the_input_is_not_chosen_although_it_is_complete()
    {
        Volume<byte>[] starts = [Input, .. Starts(1)];
        Assert.Equal(0, Missing(starts[0]));
        Assert.NotEqual(0, Choose(starts, new Workers(2)));
    }

    [Fact]
    public void First_start_is_chosen_when_all_equal_the_input() => Assert.Equal(0, Choose([Input, Input], new Workers(1)));

    [Fact]
    public void Judging_a_start_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => SampleStart.Missing(Input, Starts(1)[0], Patch, new Workers(2, source.Token)));
    }

    [Fact]
    public void Judging_a_start_allocates_no_more_than_its_estimate()
    {
        var judged = new LevelPlan(0, Scale.One, Size, Size, Patch, 1);
        Volume<byte>[] starts = Starts(1);
        Choose(starts, new Workers(1));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Choose(starts, new Workers(1));

        // Some kilobytes for allocations other than volumes.
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 1, starts.Length * (SampleStart.JudgingBytes<byte>(judged) + 10_000));
    }

    [Fact]
    public void Plan_counts_the_work_of_all_starts()
    {
        var size = new Extent(13, 144, 256);
        PyramidPlan several = PyramidPlanner.Plan(size, new MethodOptions()), one = PyramidPlanner.Plan(size, new MethodOptions { Noise = 0 });
        Assert.Equal(8, several.Starts);
        Assert.Equal(1, one.Starts);
        Assert.Equal(8 * SampleStart.Evaluations(several.Levels, new MethodOptions()), several.PatchEvaluations - one.PatchEvaluations, 1.0);
        Assert.Equal(
            8 * several.Levels.TakeLast(2).Sum(l => l.Output.Count * l.Iterations), several.VotedVoxels - one.VotedVoxels);
        Assert.True(several.PeakBytes >= one.PeakBytes);
    }

    [Fact]
    public void Plan_has_one_start_when_its_coarsest_levels_dominate_the_work()
    {
        Assert.Equal(1, PyramidPlanner.Plan(new Extent(6, 17, 20), new MethodOptions()).Starts);
        Assert.Equal(1, PyramidPlanner.Plan(new Extent(13, 144, 256), MethodOptions.For(Application.Retargeting)).Starts);
    }

    private static Volume<byte>[] Starts(int seed) => [.. Enumerable.Range(0, 4).Select(i => RandomVolume.Blobs<byte>(Size, 3, unchecked((seed * 4) + i)))];

    private static int Choose(Volume<byte>[] starts, Workers workers) =>
        SampleStart.Choose(
            [.. starts.Select(s => SampleStart.Missing(Input, s, Patch, workers))], [.. starts.Select(s => SampleStart.Difference(s, Unchanged))]);

    // The mean distance of a patch of the input to its nearest one in a start, patch by patch.
    private static double Missing(Volume<byte> start)
    {
        (int T, int H, int W)[] places = [.. from t in Enumerable.Range(0, Size.T - Patch.T + 1)
                                             from h in Enumerable.Range(0, Size.H - Patch.H + 1)
                                             from w in Enumerable.Range(0, Size.W - Patch.W + 1)
                                             select (t, h, w)];
        return places.Average(p => places.Min(q => Distance(start, p, q)));
    }

    private static double Distance(Volume<byte> start, (int T, int H, int W) p, (int T, int H, int W) q)
    {
        double sum = 0;
        for (int t = 0; t < Patch.T; t++)
        {
            for (int h = 0; h < Patch.H; h++)
            {
                ReadOnlySpan<byte> a = Input.Row(p.T + t, p.H + h).Slice(3 * p.W, 3 * Patch.W), b = start.Row(q.T + t, q.H + h).Slice(3 * q.W, 3 * Patch.W);
                for (int i = 0; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
            }
        }

        return sum;
    }
}
