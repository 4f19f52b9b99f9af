using System.Numerics;

namespace Vgpnn.Kernels;

/// <summary>
/// For every query patch the place of its match among the key patches, and their distance. A place is three coordinates
/// packed into 32 bits, each with as many bits as its axis needs: neighbouring places differ by a constant, and no
/// division is needed to take one apart.
/// </summary>
public sealed class NearestNeighbourField
{
    /// <summary>Allocates a field whose every patch matches the first key patch at an infinite distance.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An empty grid, or one whose places do not fit (see <see cref="Fits"/>).</exception>
    public NearestNeighbourField(Extent queryGrid, Extent keyGrid)
    {
        if (!Fits(queryGrid, keyGrid)) throw new ArgumentOutOfRangeException(nameof(keyGrid), $"no field from {queryGrid} to {keyGrid}");
        QueryGrid = queryGrid;
        KeyGrid = keyGrid;
        HShift = Bits(keyGrid.W);
        TShift = HShift + Bits(keyGrid.H);
        Places = new uint[queryGrid.Count];
        Distances = new float[queryGrid.Count];
        Array.Fill(Distances, float.PositiveInfinity);
    }

    /// <summary>The grid of query patches.</summary>
    public Extent QueryGrid { get; }

    /// <summary>The grid of key patches.</summary>
    public Extent KeyGrid { get; }

    /// <summary>Summed squared difference of every query patch to its match, in [T, H, W] order of the query grid.</summary>
    public float[] Distances { get; }

    /// <summary>Packed places, in [T, H, W] order of the query grid.</summary>
    internal uint[] Places { get; }

    internal int HShift { get; }

    internal int TShift { get; }

    /// <summary>Bytes that a field over this query grid takes.</summary>
    public static long Bytes(Extent queryGrid) => queryGrid.Count * (sizeof(uint) + sizeof(float));

    /// <summary>Whether a field can be made between these grids.</summary>
    public static bool Fits(Extent queryGrid, Extent keyGrid) =>
        queryGrid is { T: > 0, H: > 0, W: > 0 } && keyGrid is { T: > 0, H: > 0, W: > 0 }
        && queryGrid.Count <= Array.MaxLength
        && Bits(keyGrid.T) + Bits(keyGrid.H) + Bits(keyGrid.W) <= 32;

    /// <summary>Frame, row and column of the match of query patch <paramref name="query"/>, each within the key grid.</summary>
    public (int T, int H, int W) Match(int query)
    {
        uint place = Places[query];
        return (T(place), H(place), W(place));
    }

    /// <summary>The match of query patch <paramref name="query"/> as a linear index (t·H + h)·W + w of the key grid.</summary>
    public int LinearMatch(int query)
    {
        (int t, int h, int w) = Match(query);
        return (((t * KeyGrid.H) + h) * KeyGrid.W) + w;
    }

    /// <summary>Sets the match of query patch <paramref name="query"/> by its linear index in the key grid.</summary>
    public void SetLinearMatch(int query, int match, float distance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(match);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(match, KeyGrid.Count);
        Places[query] = FromLinear(match);
        Distances[query] = distance;
    }

    /// <summary>A copy with the last frames of queries repeated before the first: for an output whose ends meet.</summary>
    /// <param name="frames">How many; more than there are go around again.</param>
    public NearestNeighbourField RepeatedBefore(int frames)
    {
        var wrapped = new NearestNeighbourField(QueryGrid with { T = QueryGrid.T + frames }, KeyGrid);
        int frame = QueryGrid.H * QueryGrid.W;
        for (int t = 0; t < wrapped.QueryGrid.T; t++)
        {
            int from = (((t - frames) % QueryGrid.T) + QueryGrid.T) % QueryGrid.T;
            Places.AsSpan(from * frame, frame).CopyTo(wrapped.Places.AsSpan(t * frame));
            Distances.AsSpan(from * frame, frame).CopyTo(wrapped.Distances.AsSpan(t * frame));
        }

        return wrapped;
    }

    /// <summary>
    /// This field over grids of another size, for a search to start from. Every patch takes the match of the patch nearest to it in
    /// this field, moved by as much as the two are apart, so that what was copied as one piece stays one piece.
    /// </summary>
    /// <returns>A new field; its distances are infinite.</returns>
    public NearestNeighbourField Resized(Extent queryGrid, Extent keyGrid)
    {
        var resized = new NearestNeighbourField(queryGrid, keyGrid);
        Axis times = new(queryGrid.T, QueryGrid.T, keyGrid.T, KeyGrid.T);
        Axis rows = new(queryGrid.H, QueryGrid.H, keyGrid.H, KeyGrid.H), columns = new(queryGrid.W, QueryGrid.W, keyGrid.W, KeyGrid.W);
        int at = 0;
        for (int t = 0; t < queryGrid.T; t++)
        {
            for (int h = 0; h < queryGrid.H; h++)
            {
                int row = ((times.Nearest[t] * QueryGrid.H) + rows.Nearest[h]) * QueryGrid.W;
                for (int w = 0; w < queryGrid.W; w++, at++)
                {
                    uint place = Places[row + columns.Nearest[w]];
                    resized.Places[at] = resized.Pack(times.Key(T(place), t), rows.Key(H(place), h), columns.Key(W(place), w));
                }
            }
        }

        return resized;
    }

    /// <summary>Mean of all distances without the weights that they were found with, one for every key.</summary>
    public double MeanDistance(ReadOnlySpan<float> weights)
    {
        double sum = 0;
        for (int i = 0; i < Distances.Length; i++) sum += Distances[i] / (double)weights[LinearMatch(i)];
        return sum / Distances.Length;
    }

    /// <summary>Mean of all distances, summed in double precision in order.</summary>
    public double MeanDistance()
    {
        double sum = 0;
        foreach (float d in Distances) sum += d;
        return sum / Distances.Length;
    }

    internal uint Pack(int t, int h, int w) => ((uint)t << TShift) | ((uint)h << HShift) | (uint)w;

    internal int T(uint place) => (int)(place >> TShift);

    internal int H(uint place) => (int)(place >> HShift) & ((1 << (TShift - HShift)) - 1);

    internal int W(uint place) => (int)place & ((1 << HShift) - 1);

    internal uint FromLinear(int match)
    {
        int w = match % KeyGrid.W, row = match / KeyGrid.W;
        return Pack(row / KeyGrid.H, row % KeyGrid.H, w);
    }

    private static int Bits(int size) => BitOperations.Log2((uint)Math.Max(1, size - 1)) + 1;

    /// <summary>One axis of a field on its way to another size; the ends of the grids stay ends.</summary>
    private sealed class Axis
    {
        private readonly double[] _beyond;
        private readonly double _keyScale;
        private readonly int _keys;

        public Axis(int queries, int queriesBefore, int keys, int keysBefore)
        {
            _keys = keys;
            _keyScale = keysBefore > 1 ? (keys - 1.0) / (keysBefore - 1) : 1;
            double scale = queries > 1 ? (queriesBefore - 1.0) / (queries - 1) : 0;
            Nearest = new int[queries];
            _beyond = new double[queries];
            for (int i = 0; i < queries; i++)
            {
                Nearest[i] = (int)Math.Round(i * scale);
                _beyond[i] = (i * scale) - Nearest[i];
            }
        }

        public int[] Nearest { get; }

        public int Key(int before, int query) => Math.Clamp((int)Math.Round((before + _beyond[query]) * _keyScale), 0, _keys - 1);
    }
}
