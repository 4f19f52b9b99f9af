using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Search;

public sealed class FloatSearchPropertyTests : SearchPropertyTests<float>
{
    [Fact]
    public void Nearest_other_patch_of_the_same_volume_is_exact() =>
        Properties.Holds(Cases.Where(c => c.Query.PatchGrid(c.Patch).Count > 1), c =>
        {
            Volume<float> volume = RandomVolume.Integers<float>(c.Query, c.Channels, 3, c.Seed);
            Extent grid = c.Query.PatchGrid(c.Patch);
            var field = new NearestNeighbourField(c.Query, c.Query, c.Patch);
            PatchSearches.NearestOther().Search(
                new SearchTask<float> { Query = volume, Keys = volume, Patch = c.Patch, Field = field }, new Workers(1));
            for (int i = 0; i < grid.Count; i++)
            {
                (int Key, double Distance) nearest = Enumerable.Range(0, (int)grid.Count).Where(k => k != i)
                    .Select(k => (k, NaiveSearch.Distance(volume, i, volume, k, c.Patch))).MinBy(k => k.Item2);
                Assert.Equal(nearest, (field.LinearMatch(i), field.Distances[i]));
            }
        });
}

public sealed class ByteSearchPropertyTests : SearchPropertyTests<byte>;

/// <summary>Properties of every search, for bytes and floats.</summary>
public abstract class SearchPropertyTests<T>
    where T : unmanaged, INumberBase<T>
{
    private protected sealed record Case(Extent Query, Extent Keys, Extent Patch, int Channels, int Seed)
    {
        public Volume<T> Q => RandomVolume.Noise<T>(Query, Channels, Seed);

        public Volume<T> K => RandomVolume.Noise<T>(Keys, Channels, Seed + 1);
    }

    /// <summary>Arbitrary sizes, down to a single patch on either side.</summary>
    private protected static readonly Gen<Case> Cases =
        from patch in Gen.OneOf(
            Gen.Elements(new Extent(3, 5, 5), new Extent(2, 4, 4), new Extent(1, 1, 1), new Extent(1, 3, 2)),
            Properties.Extents(new Extent(1, 1, 1), new Extent(3, 7, 7)))
        from query in Properties.Extents(patch, new Extent(patch.T + 3, patch.H + 7, patch.W + 9))
        from keys in Properties.Extents(patch, new Extent(patch.T + 3, patch.H + 6, patch.W + 8))
        from channels in Gen.Choose(1, 5)
        from seed in Gen.Choose(0, 1_000_000)
        select new Case(query, keys, patch, channels, seed);

    [Fact]
    public void Exhaustive_search_agrees_with_the_naive_reference() =>
        Properties.Holds(Cases, c =>
        {
            NearestNeighbourField field = Searches.Run(SearchMethod.Exhaustive, c.Q, c.K, c.Patch);
            (int[] index, double[] distance) = NaiveSearch.Search(c.Q.Plain(), c.K.Plain(), c.Patch);
            for (int i = 0; i < index.Length; i++)
            {
                // Floats may match another patch only if the two distances agree to float precision.
                double tolerance = 1e-6 * Math.Max(1, distance[i]);
                Assert.Equal(distance[i], field.Distances[i], tolerance);
                if (field.LinearMatch(i) != index[i])
                    Assert.Equal(distance[i], NaiveSearch.Distance(c.Q.Plain(), i, c.K.Plain(), field.LinearMatch(i), c.Patch), tolerance);
            }
        });

    [Fact]
    public void Exhaustive_search_takes_the_first_of_equally_near_patches() =>
        Properties.Holds(Cases, c =>
        {
            Volume<T> query = RandomVolume.Integers<T>(c.Query, c.Channels, 2, c.Seed), keys = RandomVolume.Integers<T>(c.Keys, c.Channels, 2, c.Seed + 1);
            NearestNeighbourField field = Searches.Run(SearchMethod.Exhaustive, query, keys, c.Patch);
            (int[] index, double[] distance) = NaiveSearch.Search(query.Plain(), keys.Plain(), c.Patch);
            Assert.Equal(index, field.Matches());
            Assert.Equal(distance, field.Distances.Select(d => (double)d));
        });

    [Theory]
    [MemberData(nameof(Searches.Methods), MemberType = typeof(Searches))]
    public void Matches_lie_in_the_key_grid_with_their_exact_distances(SearchMethod method) =>
        Properties.Holds(Cases, c => Searches.Run(method, c.Q, c.K, c.Patch, seed: (ulong)c.Seed).AssertSound(c.Q, c.K, c.Patch));

    [Theory]
    [MemberData(nameof(Searches.Methods), MemberType = typeof(Searches))]
    public void Matches_do_not_depend_on_the_number_of_threads(SearchMethod method) =>
        Properties.Holds(Cases, c =>
        {
            NearestNeighbourField expected = Searches.Run(method, c.Q, c.K, c.Patch, 1, (ulong)c.Seed);
            foreach (int threads in (int[])[2, 3, 5])
            {
                NearestNeighbourField actual = Searches.Run(method, c.Q, c.K, c.Patch, threads, (ulong)c.Seed);
                Assert.Equal(expected.Positions, actual.Positions);
                Assert.Equal(expected.Distances, actual.Distances);
            }
        }, count: 50);

    /// <summary>Several tiles per frame, so that threads work on adjacent tiles concurrently.</summary>
    [Theory]
    [InlineData(SearchMethod.PatchMatch)]
    [InlineData(SearchMethod.JumpFlood)]
    public void Matches_of_a_larger_clip_do_not_depend_on_the_number_of_threads(SearchMethod method)
    {
        var patch = new Extent(3, 5, 5);
        Volume<T> query = RandomVolume.Blobs<T>(new Extent(5, 62, 40), 3, 1), keys = RandomVolume.Blobs<T>(new Extent(5, 57, 43), 3, 2);
        NearestNeighbourField expected = Searches.Run(method, query, keys, patch, 1, 3);
        foreach (int threads in (int[])[2, 3, 5])
        {
            NearestNeighbourField actual = Searches.Run(method, query, keys, patch, threads, 3);
            Assert.Equal(expected.Positions, actual.Positions);
            Assert.Equal(expected.Distances, actual.Distances);
        }
    }

    [Theory]
    [MemberData(nameof(Searches.Methods), MemberType = typeof(Searches))]
    public void Later_iteration_never_increases_a_distance(SearchMethod method) =>
        Properties.Holds(Cases, c =>
        {
            // The query changes between two iterations, so the field's old distances are invalid.
            Volume<T> changed = RandomVolume.Noise<T>(c.Query, c.Channels, c.Seed + 2);
            NearestNeighbourField field = Searches.Run(method, c.Q, c.K, c.Patch, seed: (ulong)c.Seed);
            float[] before = field.Measure(changed, c.K, c.Patch);
            Searches.Run(method, changed, c.K, c.Patch, seed: (ulong)c.Seed + 1, continued: field, iteration: 1);
            field.AssertSound(changed, c.K, c.Patch);
            Assert.All(before.Zip(field.Distances), d => Assert.True(d.Second <= d.First, $"{d.First} became {d.Second}"));
        });

    [Theory]
    [InlineData(SearchMethod.PatchMatch)]
    [InlineData(SearchMethod.JumpFlood)]
    public void Approximate_search_never_beats_the_exhaustive_search(SearchMethod method) =>
        Properties.Holds(Cases, c =>
        {
            float[] exact = Searches.Run(SearchMethod.Exhaustive, c.Q, c.K, c.Patch).Distances;
            float[] found = Searches.Run(method, c.Q, c.K, c.Patch, seed: (ulong)c.Seed).Distances;
            Assert.All(exact.Zip(found), d => Assert.True(d.Second >= d.First));
        });

    [Theory]
    [InlineData(SearchMethod.PatchMatch)]
    [InlineData(SearchMethod.JumpFlood)]
    public void Approximate_search_depends_on_its_seed_only(SearchMethod method)
    {
        var patch = new Extent(1, 3, 3);
        Volume<T> query = RandomVolume.Noise<T>(new Extent(3, 20, 20), 3, 1), keys = RandomVolume.Noise<T>(new Extent(4, 22, 24), 3, 2);
        int[] first = Searches.Run(method, query, keys, patch, seed: 5).Matches();
        Assert.Equal(first, Searches.Run(method, query, keys, patch, seed: 5).Matches());
        Assert.NotEqual(first, Searches.Run(method, query, keys, patch, seed: 6).Matches());
    }

    [Theory]
    [MemberData(nameof(Searches.Methods), MemberType = typeof(Searches))]
    public void First_iteration_ignores_the_content_of_the_field(SearchMethod method) =>
        Properties.Holds(Cases, c =>
        {
            NearestNeighbourField used = Searches.Run(method, c.Q, c.K, c.Patch, seed: 77);
            Searches.Run(method, c.Q, c.K, c.Patch, seed: 5, continued: used);
            NearestNeighbourField fresh = Searches.Run(method, c.Q, c.K, c.Patch, seed: 5);
            Assert.Equal(fresh.Positions, used.Positions);
            Assert.Equal(fresh.Distances, used.Distances);
        }, count: 30);

    [Theory]
    [MemberData(nameof(Searches.Methods), MemberType = typeof(Searches))]
    public void Search_progress_rises_to_1(SearchMethod method)
    {
        var seen = new List<double>();
        Volume<T> volume = RandomVolume.Noise<T>(new Extent(4, 9, 9), 3, 1);
        var patch = new Extent(2, 3, 3);
        var task = new SearchTask<T>
        {
            Query = volume,
            Keys = volume,
            Patch = patch,
            Field = new NearestNeighbourField(volume.Extent, volume.Extent, patch),
            Progress = seen.Add,
        };
        PatchSearches.Create<T>(method).Search(task, new Workers(2));
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(1, seen[^1]);
    }

    [Theory]
    [MemberData(nameof(Searches.Methods), MemberType = typeof(Searches))]
    public void Cancelled_search_throws(SearchMethod method)
    {
        using var source = new CancellationTokenSource();
        Volume<T> volume = RandomVolume.Noise<T>(new Extent(6, 20, 20), 3, 1);
        var patch = new Extent(3, 5, 5);
        var task = new SearchTask<T>
        {
            Query = volume,
            Keys = volume,
            Patch = patch,
            Field = new NearestNeighbourField(volume.Extent, volume.Extent, patch),
            Progress = _ => source.Cancel(),
        };
        foreach (int threads in (int[])[1, 2])
            Assert.ThrowsAny<OperationCanceledException>(() => PatchSearches.Create<T>(method).Search(task, new Workers(threads, source.Token)));
    }

    [Fact]
    public void Inconsistent_volumes_patch_and_field_are_rejected()
    {
        var patch = new Extent(2, 3, 3);
        var volume = new Volume<T>(new Extent(4, 8, 8), 3);
        var right = new SearchTask<T> { Query = volume, Keys = volume, Patch = patch, Field = new NearestNeighbourField(volume.Extent, volume.Extent, patch) };
        SearchTask<T>[] wrong =
        [
            right with { Keys = new Volume<T>(new Extent(4, 8, 8), 1) },
            right with { Keys = new Volume<T>(new Extent(4, 8, 9), 3) },
            right with { Query = new Volume<T>(new Extent(5, 8, 8), 3) },
            right with { Patch = new Extent(2, 3, 4) },
            right with { Patch = new Extent(5, 3, 3) },
        ];
        foreach (SearchMethod method in Searches.All)
        {
            Assert.All(wrong, task => Assert.Throws<ArgumentException>(() => PatchSearches.Create<T>(method).Search(task, new Workers(1))));
            PatchSearches.Create<T>(method).Search(right, new Workers(1));
        }
    }
}
