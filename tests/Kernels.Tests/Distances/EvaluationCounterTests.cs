using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Tests.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Distances;

public class EvaluationCounterTests
{
    private static readonly Extent Size = new(4, 12, 14);
    private static readonly Extent Patch = new(3, 5, 5);

    [Theory]
    [InlineData(SearchMethod.PatchMatch)]
    [InlineData(SearchMethod.JumpFlood)]
    [InlineData(SearchMethod.Exhaustive)]
    public void Counting_search_gives_the_same_matches_and_counts_for_any_number_of_threads(SearchMethod method)
    {
        (long alone, int[] matches) = Count(method, 1);
        (long together, int[] same) = Count(method, 3);
        Assert.Equal(alone, together);
        Assert.Equal(matches, same);
        Volume<byte> query = RandomVolume.Noise<byte>(Size, 3, 1), keys = RandomVolume.Noise<byte>(Size, 3, 2);
        Assert.Equal(Searches.Run(method, query, keys, Patch).Matches(), matches);
        Assert.InRange(alone, matches.Length, long.MaxValue);
    }

    [Fact]
    public void Exhaustive_search_measures_every_pair_of_patches()
    {
        long patches = Size.PatchGrid(Patch).Count;
        Assert.Equal(patches * patches, Count(SearchMethod.Exhaustive, 2).Count);
    }

    [Fact]
    public void Distance_peak_is_positive_for_bytes_and_floats()
    {
        Assert.True(DistancePeak.Measure<byte>(Patch, 3, TimeSpan.Zero, new Workers(2)) > 0);
        Assert.True(DistancePeak.Measure<float>(Patch, 3, TimeSpan.Zero, new Workers(1)) > 0);
    }

    private static (long Count, int[] Matches) Count(SearchMethod method, int threads)
    {
        var counter = new EvaluationCounter();
        var task = new SearchTask<byte>
        {
            Query = RandomVolume.Noise<byte>(Size, 3, 1),
            Keys = RandomVolume.Noise<byte>(Size, 3, 2),
            Patch = Patch,
            Field = new NearestNeighbourField(Size, Size, Patch),
        };
        PatchSearches.Counting<byte>(method, counter).Search(task, new Workers(threads));
        return (counter.Count, task.Field.Matches());
    }
}
