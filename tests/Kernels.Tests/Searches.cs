using Vgpnn.Kernels.Tests.Reference;

namespace Vgpnn.Kernels.Tests;

/// <summary>Running searches, and what must be true of every field that one leaves behind.</summary>
internal static class Searches
{
    public static readonly SearchMethod[] All = Enum.GetValues<SearchMethod>();

    public static TheoryData<SearchMethod> Methods => new(All);

    public static TheoryData<VoteRule> VoteRules => new(Enum.GetValues<VoteRule>());

    public static NearestNeighbourField Run<T>(
        SearchMethod method, Volume<T> query, Volume<T> keys, Extent patch, int threads = 1, ulong seed = 0,
        NearestNeighbourField? continued = null, int iteration = 0, float[]? weights = null)
        where T : unmanaged
    {
        NearestNeighbourField field = continued ?? new NearestNeighbourField(query.Extent.PatchGrid(patch), keys.Extent.PatchGrid(patch));
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
        PatchSearch.Create<T>(method).Search(task, new Workers(threads));
        return field;
    }

    /// <summary>A field over an output of this size whose matches are given by index.</summary>
    public static NearestNeighbourField FieldOf(Extent output, Extent patch, Extent keys, Func<int, int> match)
    {
        var field = new NearestNeighbourField(output.PatchGrid(patch), keys);
        for (int i = 0; i < field.Distances.Length; i++) field.SetLinearMatch(i, match(i), 0);
        return field;
    }

    public static int[] Matches(this NearestNeighbourField field) =>
        Enumerable.Range(0, field.Distances.Length).Select(field.LinearMatch).ToArray();

    /// <summary>The distance of every patch to its match, measured anew by the scalar definition.</summary>
    public static float[] Measure<T>(this NearestNeighbourField field, Volume<T> query, Volume<T> keys, Extent patch)
        where T : unmanaged
    {
        Func<(int T, int H, int W), (int T, int H, int W), float> measure = query is Volume<float> floats
            ? FloatMeasure(floats, (Volume<float>)(Volume)keys, patch)
            : ByteMeasure((Volume<byte>)(Volume)query, (Volume<byte>)(Volume)keys, patch);
        return [.. Enumerable.Range(0, field.Distances.Length).Select(i => measure(NaiveSearch.Place(i, field.QueryGrid), field.Match(i)))];
    }

    /// <summary>Every match lies in the key grid, and the distance that is stored with it is its distance, to the last bit.</summary>
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

    private static Func<(int T, int H, int W), (int T, int H, int W), float> FloatMeasure(Volume<float> query, Volume<float> keys, Extent patch)
    {
        var distance = new FloatDistance(query, keys, patch);
        return (q, k) =>
        {
            distance.Aim(q.T, q.H, q.W);
            return distance.MeasureScalar(k.T, k.H, k.W, float.PositiveInfinity);
        };
    }

    private static Func<(int T, int H, int W), (int T, int H, int W), float> ByteMeasure(Volume<byte> query, Volume<byte> keys, Extent patch)
    {
        var distance = ByteDistance.Create(query, keys, patch);
        return (q, k) =>
        {
            distance.Aim(q.T, q.H, q.W);
            return distance.MeasureScalar(k.T, k.H, k.W);
        };
    }
}
