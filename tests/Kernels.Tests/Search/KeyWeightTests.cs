using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Search;

public sealed class FloatKeyWeightTests : KeyWeightTests<float>;

public sealed class ByteKeyWeightTests : KeyWeightTests<byte>;

/// <summary>Effect of key weights on every search, for bytes and floats.</summary>
public abstract class KeyWeightTests<T>
    where T : unmanaged, INumberBase<T>
{
    private protected sealed record Case(Extent Query, Extent Keys, Extent Patch, int Seed, double Excluded)
    {
        // Few distinct values, so that distances of 0 and ties occur.
        public Volume<T> Q => RandomVolume.Integers<T>(Query, 3, 4, Seed);

        public Volume<T> K => RandomVolume.Integers<T>(Keys, 3, 4, Seed + 1);

        /// <summary>Weights from 0.01 to 100; some are infinite, and at least one is finite.</summary>
        public float[] Weights
        {
            get
            {
                var random = new Random(Seed);
                var weights = new float[Keys.PatchGrid(Patch).Count];
                for (int i = 0; i < weights.Length; i++)
                {
                    float weight = MathF.Pow(10, (random.NextSingle() * 4) - 2);
                    weights[i] = random.NextDouble() < Excluded ? float.PositiveInfinity : weight;
                }

                weights[random.Next(weights.Length)] = 1;
                return weights;
            }
        }
    }

    private protected static readonly Gen<Case> Cases =
        from patch in Gen.Elements(new Extent(3, 7, 7), new Extent(3, 5, 5), new Extent(2, 3, 4), new Extent(1, 1, 1))
        from query in Properties.Extents(patch, new Extent(patch.T + 2, patch.H + 6, patch.W + 7))
        from keys in Properties.Extents(patch, new Extent(patch.T + 2, patch.H + 7, patch.W + 6))
        from seed in Gen.Choose(0, 1_000_000)
        from excluded in Gen.Elements(0, 0.5, 0.95, 1)
        select new Case(query, keys, patch, seed, excluded);

    [Fact]
    public void Exhaustive_search_finds_the_minimum_weighted_distance() =>
        Properties.Holds(Cases, c =>
        {
            float[] weights = c.Weights;
            Volume<float> query = c.Q.Plain(), keys = c.K.Plain();
            NearestNeighbourField field = Searches.Run(SearchMethod.Exhaustive, c.Q, c.K, c.Patch, weights: weights);
            for (int q = 0; q < field.Distances.Length; q++)
            {
                // Integer distances are exact, and the product is rounded as in the kernel.
                float least = Enumerable.Range(0, weights.Length).Where(k => float.IsFinite(weights[k]))
                    .Min(k => (float)NaiveSearch.Distance(query, q, keys, k, c.Patch) * weights[k]);
                Assert.Equal(least, field.Distances[q]);
            }
        }, count: 50);

    [Theory]
    [MemberData(nameof(Searches.Methods), MemberType = typeof(Searches))]
    public void Matches_have_finite_weights_and_weighted_distances(SearchMethod method) =>
        Properties.Holds(Cases, c =>
        {
            float[] weights = c.Weights;
            NearestNeighbourField field = Searches.Run(method, c.Q, c.K, c.Patch, seed: (ulong)c.Seed, weights: weights);
            float[] plain = field.Measure(c.Q, c.K, c.Patch);
            for (int q = 0; q < plain.Length; q++)
            {
                Assert.True(float.IsFinite(weights[field.LinearMatch(q)]));
                Assert.Equal(plain[q] * weights[field.LinearMatch(q)], field.Distances[q]);
            }
        });

    [Theory]
    [MemberData(nameof(Searches.Methods), MemberType = typeof(Searches))]
    public void Match_that_becomes_excluded_is_replaced(SearchMethod method) =>
        Properties.Holds(Cases, c =>
        {
            NearestNeighbourField field = Searches.Run(method, c.Q, c.K, c.Patch);
            float[] weights = c.Weights;
            Searches.Run(method, c.Q, c.K, c.Patch, continued: field, iteration: 2, weights: weights);
            Assert.All(field.Matches(), match => Assert.True(float.IsFinite(weights[match])));
        });

    [Theory]
    [MemberData(nameof(Searches.Methods), MemberType = typeof(Searches))]
    public void Weights_of_1_give_the_matches_of_an_unweighted_search(SearchMethod method) =>
        Properties.Holds(Cases, c =>
        {
            float[] ones = [.. Enumerable.Repeat(1f, (int)c.Keys.PatchGrid(c.Patch).Count)];
            NearestNeighbourField plain = Searches.Run(method, c.Q, c.K, c.Patch), weighted = Searches.Run(method, c.Q, c.K, c.Patch, weights: ones);
            Assert.Equal(plain.Positions, weighted.Positions);
            Assert.Equal(plain.Distances, weighted.Distances);
        }, count: 30);

    /// <summary>Excludes frames of the keys, in volumes that are large enough for several tiles, the index and threads.</summary>
    [Theory]
    [MemberData(nameof(Searches.Methods), MemberType = typeof(Searches))]
    public void Weighted_search_over_half_of_the_keys_is_accurate_for_any_number_of_threads(SearchMethod method)
    {
        var patch = new Extent(3, 5, 5);
        Volume<T> query = RandomVolume.Blobs<T>(new Extent(4, 34, 30), 3, 1), keys = RandomVolume.Blobs<T>(new Extent(6, 33, 31), 3, 1);
        Extent grid = keys.Extent.PatchGrid(patch);
        float[] weights = [.. Enumerable.Range(0, (int)grid.Count).Select(k => k / (grid.H * grid.W) < 2 ? float.PositiveInfinity : 1)];
        NearestNeighbourField expected = Searches.Run(method, query, keys, patch, 1, 3, weights: weights);
        Assert.Equal(expected.Positions, Searches.Run(method, query, keys, patch, 3, 3, weights: weights).Positions);

        // The first two frames of the query match excluded keys exactly; all other keys are farther away.
        NearestNeighbourField exact = Searches.Run(SearchMethod.Exhaustive, query, keys, patch, weights: weights);
        Assert.InRange(expected.MeanDistance(), exact.MeanDistance(), 1.1 * exact.MeanDistance());
        Assert.True(exact.MeanDistance() > 0);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(1e30f)]
    [InlineData(float.PositiveInfinity)]
    public void Invalid_weights_and_weights_without_a_candidate_are_rejected(float weight)
    {
        Volume<T> volume = RandomVolume.Noise<T>(new Extent(1, 2, 2), 3, 1);
        float[] weights = [.. Enumerable.Repeat(weight, 4)];
        Assert.All(Searches.All, method =>
            Assert.Throws<ArgumentException>(() => Searches.Run(method, volume, volume, new Extent(1, 1, 1), weights: weights)));
    }

    [Fact]
    public void Wrong_number_of_weights_is_rejected()
    {
        Volume<T> volume = RandomVolume.Noise<T>(new Extent(1, 2, 2), 3, 1);
        Assert.Throws<ArgumentException>(() => Searches.Run(SearchMethod.Exhaustive, volume, volume, new Extent(1, 1, 1), weights: [1, 1, 1]));
    }
}
