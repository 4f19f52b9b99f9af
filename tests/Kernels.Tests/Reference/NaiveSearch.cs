using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Tests.Reference;

/// <summary>Reference for patch distances and nearest neighbours, in doubles.</summary>
internal static class NaiveSearch
{
    /// <summary>Returns the sum of squared differences over patch and channels; indices are linear in the two patch grids.</summary>
    public static double Distance(Volume<float> query, int queryIndex, Volume<float> key, int keyIndex, Extent patch)
    {
        (int qt, int qh, int qw) = Position(queryIndex, query.Extent.PatchGrid(patch));
        (int kt, int kh, int kw) = Position(keyIndex, key.Extent.PatchGrid(patch));
        double sum = 0;
        for (int t = 0; t < patch.T; t++)
        {
            for (int h = 0; h < patch.H; h++)
            {
                ReadOnlySpan<float> a = query.Row(qt + t, qh + h).Slice(qw * query.Channels, patch.W * query.Channels);
                ReadOnlySpan<float> b = key.Row(kt + t, kh + h).Slice(kw * key.Channels, patch.W * key.Channels);
                for (int i = 0; i < a.Length; i++)
                {
                    double difference = (double)a[i] - b[i];
                    sum += difference * difference;
                }
            }
        }

        return sum;
    }

    /// <summary>Returns the nearest key patch of each query patch, the first of equally near ones.</summary>
    public static (int[] Index, double[] Distance) Search(Volume<float> query, Volume<float> key, Extent patch)
    {
        int queries = (int)query.Extent.PatchGrid(patch).Count;
        int keys = (int)key.Extent.PatchGrid(patch).Count;
        var index = new int[queries];
        var distance = new double[queries];
        for (int q = 0; q < queries; q++)
        {
            distance[q] = double.PositiveInfinity;
            for (int k = 0; k < keys; k++)
            {
                double d = Distance(query, q, key, k, patch);
                if (d < distance[q]) (index[q], distance[q]) = (k, d);
            }
        }

        return (index, distance);
    }

    /// <summary>Returns the frame, row and column of a linear index.</summary>
    public static (int T, int H, int W) Position(int index, Extent grid) =>
        (index / (grid.H * grid.W), index / grid.W % grid.H, index % grid.W);
}
