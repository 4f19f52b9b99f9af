using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Tests.Distances;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;

namespace Vgpnn.Kernels.Tests.Search;

/// <summary>Runs searches, and checks the invariants of the resulting fields.</summary>
internal static class Searches
{
    public static readonly SearchMethod[] All = Enum.GetValues<SearchMethod>();

    public static TheoryData<SearchMethod> Methods => new(All);

    public static TheoryData<VoteRule> VoteRules => new(Enum.GetValues<VoteRule>());

    public static NearestNeighbourField Run<T>(
        SearchMethod method, Volume<T> query, Volume<T> keys, Extent patch, int threads = 1, ulong seed = 0,
        NearestNeighbourField? continued = null, int iteration = 0, float[]? weights = null)
        where T : unmanaged =>
        Run(PatchSearches.Create<T>(method), query, keys, patch, threads, seed, continued, iteration, weights);

    public static NearestNeighbourField Run<T>(
        IPatchSearch<T> search, Volume<T> query, Volume<T> keys, Extent patch, int threads = 1, ulong seed = 0,
        NearestNeighbourField? continued = null, int iteration = 0, float[]? weights = null)
        where T : unmanaged
    {
        NearestNeighbourField field = continued ?? new NearestNeighbourField(query.Extent, keys.Extent, patch);
        var task = new SearchTask<T>
        {
            Query = query,
            Keys = keys,
            Patch = patch,
            Field = field,
            Seed = seed,
            Iteration = iteration,
            KeyWeights = weights,
        };
        search.Search(task, new Workers(threads));
        return field;
    }

    /// <summary>Creates a field over an output of this size with matches given by index.</summary>
    public static NearestNeighbourField FieldOf(Extent output, Extent patch, Extent keys, Func<int, int> match)
    {
        Extent volume = new(keys.T + patch.T - 1, keys.H + patch.H - 1, keys.W + patch.W - 1);
        var field = new NearestNeighbourField(output, volume, patch);
        for (int i = 0; i < field.Distances.Length; i++) field.SetLinearMatch(i, match(i), 0);
        return field;
    }

    public static int[] Matches(this NearestNeighbourField field) =>
        Enumerable.Range(0, field.Distances.Length).Select(field.LinearMatch).ToArray();

    /// <summary>Returns the distance of each patch to its match, measured by the scalar reference.</summary>
    public static float[] Measure<T>(this NearestNeighbourField field, Volume<T> query, Volume<T> keys, Extent patch)
        where T : unmanaged
    {
        Func<int, float> measure = query is Volume<float> floats
            ? FloatMeasure(new FloatDistance(floats, (Volume<float>)(Volume)keys, patch), field)
            : ByteMeasure(ByteDistance.Create((Volume<byte>)(Volume)query, (Volume<byte>)(Volume)keys, patch, new Workers(1)), field);
        return [.. Enumerable.Range(0, field.Distances.Length).Select(measure)];
    }

    private static Func<int, float> FloatMeasure(FloatDistance distance, NearestNeighbourField field) =>
        i => DistanceProbe.MeasureScalar(distance, NaiveSearch.Position(i, field.QueryGrid), field.Positions[i]);

    private static Func<int, float> ByteMeasure(ByteDistance distance, NearestNeighbourField field) =>
        i => DistanceProbe.MeasureScalar(distance, NaiveSearch.Position(i, field.QueryGrid), field.Positions[i]);

    /// <summary>Asserts that every match lies in the key grid and that the stored distance equals the measured one to the last bit.</summary>
    public static void AssertSound<T>(this NearestNeighbourField field, Volume<T> query, Volume<T> keys, Extent patch)
        where T : unmanaged
    {
        for (int i = 0; i < field.Distances.Length; i++)
        {
            (int t, int h, int w) = field.Match(i);
            Assert.True(t < field.KeyGrid.T && h < field.KeyGrid.H && w < field.KeyGrid.W, $"{(t, h, w)} is outside {field.KeyGrid}");
        }

        Assert.Equal(field.Measure(query, keys, patch), field.Distances);
    }
}
