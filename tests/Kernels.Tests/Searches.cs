using Vgpnn.Kernels.Tests.Reference;

namespace Vgpnn.Kernels.Tests;

/// <summary>Running searches, and what must be true of every field that one leaves behind.</summary>
internal static class Searches
{
    public static readonly SearchMethod[] All = Enum.GetValues<SearchMethod>();

    public static NearestNeighbourField Run(
        SearchMethod method, Volume<float> query, Volume<float> keys, Extent patch, int threads = 1, ulong seed = 0,
        NearestNeighbourField? continued = null, int iteration = 0)
    {
        NearestNeighbourField field = continued ?? new NearestNeighbourField(query.Extent.PatchGrid(patch), keys.Extent.PatchGrid(patch));
        var task = new SearchTask<float> { Query = query, Keys = keys, Patch = patch, Field = field, Seed = seed, Iteration = iteration };
        PatchSearch.Create<float>(method).Search(task, new Workers(threads));
        return field;
    }

    public static int[] Matches(this NearestNeighbourField field) =>
        Enumerable.Range(0, field.Distances.Length).Select(field.LinearMatch).ToArray();

    /// <summary>The distance of every patch to its match, measured anew by the scalar definition.</summary>
    public static float[] Measure(this NearestNeighbourField field, Volume<float> query, Volume<float> keys, Extent patch)
    {
        var distance = new FloatDistance(query, keys, patch);
        var measured = new float[field.Distances.Length];
        for (int i = 0; i < measured.Length; i++)
        {
            (int qt, int qh, int qw) = NaiveSearch.Place(i, field.QueryGrid);
            (int kt, int kh, int kw) = field.Match(i);
            distance.Aim(qt, qh, qw);
            measured[i] = distance.MeasureScalar(kt, kh, kw, float.PositiveInfinity);
        }

        return measured;
    }

    /// <summary>Every match lies in the key grid, and the distance that is stored with it is its distance, to the last bit.</summary>
    public static void AssertSound(this NearestNeighbourField field, Volume<float> query, Volume<float> keys, Extent patch)
    {
        for (int i = 0; i < field.Distances.Length; i++)
        {
            (int t, int h, int w) = field.Match(i);
            Assert.True(t < field.KeyGrid.T && h < field.KeyGrid.H && w < field.KeyGrid.W, $"{(t, h, w)} is outside {field.KeyGrid}");
        }

        Assert.Equal(field.Measure(query, keys, patch), field.Distances);
    }
}
