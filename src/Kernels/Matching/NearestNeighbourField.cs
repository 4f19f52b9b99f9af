using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Matching;

/// <summary>
/// Nearest-neighbour field (NNF): the position and distance of the matched key patch for each query patch. A position is the index
/// (t·H + h)·W + w of the patch's first voxel in the key volume, so adjacent positions differ by a constant, and a position becomes an
/// address with one multiplication.
/// </summary>
public sealed class NearestNeighbourField
{
    /// <summary>Allocates a field in which every query patch matches the first key patch at infinite distance.</summary>
    /// <param name="query">Size of Q.</param>
    /// <param name="keys">Size of K and V.</param>
    /// <param name="patch">Patch size.</param>
    /// <exception cref="ArgumentOutOfRangeException">No patch fits, or a volume is too large (see <see cref="Fits"/>).</exception>
    public NearestNeighbourField(Extent query, Extent keys, Extent patch)
    {
        if (!query.Holds(patch)) throw new ArgumentOutOfRangeException(nameof(query), $"a patch of {patch} does not fit into {query}");
        if (!Fits(query, keys)) throw new ArgumentOutOfRangeException(nameof(query), $"{query} or {keys} is too large for a field");
        if (!keys.Holds(patch)) throw new ArgumentOutOfRangeException(nameof(keys), $"a patch of {patch} does not fit into {keys}");
        Patch = patch;
        Keys = keys;
        QueryGrid = query.PatchGrid(patch);
        KeyGrid = keys.PatchGrid(patch);
        Positions = new uint[QueryGrid.Count];
        Distances = new float[QueryGrid.Count];
        Array.Fill(Distances, float.PositiveInfinity);
    }

    /// <summary>Patch size.</summary>
    public Extent Patch { get; }

    /// <summary>Size of the volume that positions refer to.</summary>
    public Extent Keys { get; }

    /// <summary>Grid of query patches.</summary>
    public Extent QueryGrid { get; }

    /// <summary>Grid of key patches.</summary>
    public Extent KeyGrid { get; }

    /// <summary>Sum of squared differences between each query patch and its match, in T×H×W order of the query grid.</summary>
    public float[] Distances { get; }

    /// <summary>Key positions, in T×H×W order of the query grid.</summary>
    internal uint[] Positions { get; }

    /// <summary>Memory of a field over this query grid, in bytes.</summary>
    public static long Bytes(Extent queryGrid) => queryGrid.Count * (sizeof(uint) + sizeof(float));

    /// <summary>Whether a field between volumes of these sizes is supported.</summary>
    public static bool Fits(Extent query, Extent keys) =>
        query is { T: > 0, H: > 0, W: > 0 } && keys is { T: > 0, H: > 0, W: > 0 }
        && query.Count <= Array.MaxLength && keys.Count <= Array.MaxLength;

    /// <summary>Returns the frame, row and column of the match of query patch <paramref name="query"/> in the key grid.</summary>
    public (int T, int H, int W) Match(int query) => Split(Positions[query]);

    /// <summary>Returns the match of query patch <paramref name="query"/> as a linear index (t·H + h)·W + w in the key grid.</summary>
    public int LinearMatch(int query)
    {
        (int t, int h, int w) = Match(query);
        return (((t * KeyGrid.H) + h) * KeyGrid.W) + w;
    }

    /// <summary>Sets the match of query patch <paramref name="query"/> to a linear index in the key grid.</summary>
    public void SetLinearMatch(int query, int match, float distance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(match);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(match, KeyGrid.Count);
        Positions[query] = FromLinear(match);
        Distances[query] = distance;
    }

    /// <summary>Returns the key positions of <paramref name="count"/> query patches starting at <paramref name="first"/>, for storage.</summary>
    public ReadOnlySpan<uint> StoredPositions(int first, int count) => Positions.AsSpan(first, count);

    /// <summary>Restores stored key positions and sets their distances to infinity.</summary>
    /// <returns><c>false</c>, with the field unchanged, if any position is not that of a key patch.</returns>
    public bool TryRestorePositions(int first, ReadOnlySpan<uint> positions)
    {
        foreach (uint position in positions)
        {
            (int t, int h, int w) = Split(position);
            if ((uint)t >= (uint)KeyGrid.T || h >= KeyGrid.H || w >= KeyGrid.W) return false;
        }

        positions.CopyTo(Positions.AsSpan(first));
        Distances.AsSpan(first, positions.Length).Fill(float.PositiveInfinity);
        return true;
    }

    /// <summary>Returns a copy with the last frames of queries repeated before the first, for looping output.</summary>
    /// <param name="frames">Number of frames to repeat; wraps around if the field has fewer.</param>
    public NearestNeighbourField RepeatedBefore(int frames)
    {
        Extent query = new(QueryGrid.T + frames + Patch.T - 1, QueryGrid.H + Patch.H - 1, QueryGrid.W + Patch.W - 1);
        var wrapped = new NearestNeighbourField(query, Keys, Patch);
        int frame = QueryGrid.H * QueryGrid.W;
        for (int t = 0; t < wrapped.QueryGrid.T; t++)
        {
            int from = (((t - frames) % QueryGrid.T) + QueryGrid.T) % QueryGrid.T;
            Positions.AsSpan(from * frame, frame).CopyTo(wrapped.Positions.AsSpan(t * frame));
            Distances.AsSpan(from * frame, frame).CopyTo(wrapped.Distances.AsSpan(t * frame));
        }

        return wrapped;
    }

    /// <summary>
    /// Returns this field resized to other volumes, as the start of a search. Each patch takes the match of the nearest patch in this
    /// field, shifted by the offset between the two, so that regions copied in one piece stay in one piece.
    /// </summary>
    /// <returns>A new field with infinite distances.</returns>
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
                    resized.Positions[at] = resized.Position(times.Key(kt, t), rows.Key(kh, h), columns.Key(kw, w));
                }
            }
        }

        return resized;
    }

    /// <summary>Returns the mean of all distances, divided by the weight of each match's key.</summary>
    public double MeanDistance(ReadOnlySpan<float> weights)
    {
        double sum = 0;
        for (int i = 0; i < Distances.Length; i++) sum += Distances[i] / (double)weights[LinearMatch(i)];
        return sum / Distances.Length;
    }

    /// <summary>Returns the mean of all distances, summed in double precision in order.</summary>
    public double MeanDistance()
    {
        double sum = 0;
        foreach (float d in Distances) sum += d;
        return sum / Distances.Length;
    }

    /// <summary>One past the last key patch's position: patches that begin before it lie within the volume, whole or wrapped around its border.</summary>
    internal uint PositionsEnd => Position(KeyGrid.T - 1, KeyGrid.H - 1, KeyGrid.W - 1) + 1;

    internal uint Position(int t, int h, int w) => (uint)((((t * Keys.H) + h) * Keys.W) + w);

    internal (int T, int H, int W) Split(uint position)
    {
        uint row = position / (uint)Keys.W, t = row / (uint)Keys.H;
        return ((int)t, (int)(row - (t * (uint)Keys.H)), (int)(position - (row * (uint)Keys.W)));
    }

    internal uint FromLinear(int match)
    {
        int w = match % KeyGrid.W, row = match / KeyGrid.W;
        return Position(row / KeyGrid.H, row % KeyGrid.H, w);
    }

    /// <summary>One axis of a field being resized; the first and last patches of both grids correspond.</summary>
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
