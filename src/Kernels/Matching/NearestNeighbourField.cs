using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Matching;

/// <summary>
/// For every query patch the place of its match among the key patches, and their distance. A place is the index
/// (t·H + h)·W + w of the patch's first voxel in the volume of keys: neighbouring places differ by a constant, and a place
/// is an address but for one multiplication.
/// </summary>
public sealed class NearestNeighbourField
{
    /// <summary>Allocates a field whose every patch matches the first key patch at an infinite distance.</summary>
    /// <param name="query">Size of Q.</param>
    /// <param name="keys">Size of K and V.</param>
    /// <param name="patch">Patch size.</param>
    /// <exception cref="ArgumentOutOfRangeException">No patch fits, or there are too many (see <see cref="Fits"/>).</exception>
    public NearestNeighbourField(Extent query, Extent keys, Extent patch)
    {
        if (!query.Holds(patch) || !Fits(query, keys)) throw new ArgumentOutOfRangeException(nameof(query), $"no field from {query} to {keys}");
        if (!keys.Holds(patch)) throw new ArgumentOutOfRangeException(nameof(keys), $"no patch of {patch} fits into {keys}");
        Patch = patch;
        Keys = keys;
        QueryGrid = query.PatchGrid(patch);
        KeyGrid = keys.PatchGrid(patch);
        Places = new uint[QueryGrid.Count];
        Distances = new float[QueryGrid.Count];
        Array.Fill(Distances, float.PositiveInfinity);
    }

    /// <summary>Patch size.</summary>
    public Extent Patch { get; }

    /// <summary>Size of the volume that the places lie in.</summary>
    public Extent Keys { get; }

    /// <summary>The grid of query patches.</summary>
    public Extent QueryGrid { get; }

    /// <summary>The grid of key patches.</summary>
    public Extent KeyGrid { get; }

    /// <summary>Summed squared difference of every query patch to its match, in [T, H, W] order of the query grid.</summary>
    public float[] Distances { get; }

    /// <summary>Places, in [T, H, W] order of the query grid.</summary>
    internal uint[] Places { get; }

    /// <summary>Bytes that a field over this query grid takes.</summary>
    public static long Bytes(Extent queryGrid) => queryGrid.Count * (sizeof(uint) + sizeof(float));

    /// <summary>Whether a field can be made between volumes of these sizes.</summary>
    public static bool Fits(Extent query, Extent keys) =>
        query is { T: > 0, H: > 0, W: > 0 } && keys is { T: > 0, H: > 0, W: > 0 }
        && query.Count <= Array.MaxLength && keys.Count <= Array.MaxLength;

    /// <summary>Frame, row and column of the match of query patch <paramref name="query"/>, each within the key grid.</summary>
    public (int T, int H, int W) Match(int query) => Split(Places[query]);

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

    /// <summary>The places of <paramref name="count"/> query patches from <paramref name="first"/> on, to be stored.</summary>
    public ReadOnlySpan<uint> StoredPlaces(int first, int count) => Places.AsSpan(first, count);

    /// <summary>Takes over stored places, at infinite distances.</summary>
    /// <returns>Whether all of them are places of key patches; if not, nothing has changed.</returns>
    public bool TryRestorePlaces(int first, ReadOnlySpan<uint> places)
    {
        foreach (uint place in places)
        {
            (int t, int h, int w) = Split(place);
            if ((uint)t >= (uint)KeyGrid.T || h >= KeyGrid.H || w >= KeyGrid.W) return false;
        }

        places.CopyTo(Places.AsSpan(first));
        Distances.AsSpan(first, places.Length).Fill(float.PositiveInfinity);
        return true;
    }

    /// <summary>A copy with the last frames of queries repeated before the first: for an output whose ends meet.</summary>
    /// <param name="frames">How many; more than there are go around again.</param>
    public NearestNeighbourField RepeatedBefore(int frames)
    {
        Extent query = new(QueryGrid.T + frames + Patch.T - 1, QueryGrid.H + Patch.H - 1, QueryGrid.W + Patch.W - 1);
        var wrapped = new NearestNeighbourField(query, Keys, Patch);
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
    /// This field over volumes of another size, for a search to start from. Every patch takes the match of the patch nearest to it in
    /// this field, moved by as much as the two are apart, so that what was copied as one piece stays one piece.
    /// </summary>
    /// <returns>A new field; its distances are infinite.</returns>
    public NearestNeighbourField Resized(Extent query, Extent keys, Extent patch)
    {
        var resized = new NearestNeighbourField(query, keys, patch);
        (Extent queryGrid, Extent keyGrid) = (resized.QueryGrid, resized.KeyGrid);
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
                    (int kt, int kh, int kw) = Match(row + columns.Nearest[w]);
                    resized.Places[at] = resized.Place(times.Key(kt, t), rows.Key(kh, h), columns.Key(kw, w));
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

    /// <summary>One more than the last key patch's place: patches that begin before it lie within the volume, whole or wrapped around its border.</summary>
    internal uint PlacesEnd => Place(KeyGrid.T - 1, KeyGrid.H - 1, KeyGrid.W - 1) + 1;

    internal uint Place(int t, int h, int w) => (uint)((((t * Keys.H) + h) * Keys.W) + w);

    internal (int T, int H, int W) Split(uint place)
    {
        uint row = place / (uint)Keys.W, t = row / (uint)Keys.H;
        return ((int)t, (int)(row - (t * (uint)Keys.H)), (int)(place - (row * (uint)Keys.W)));
    }

    internal uint FromLinear(int match)
    {
        int w = match % KeyGrid.W, row = match / KeyGrid.W;
        return Place(row / KeyGrid.H, row % KeyGrid.H, w);
    }

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
