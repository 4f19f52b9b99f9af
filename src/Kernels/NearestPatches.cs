using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vgpnn.Kernels;

/// <summary>The nearest key patch of one query patch.</summary>
/// <param name="Key">Its linear index (t·H + h)·W + w in the grid of key patches.</param>
/// <param name="Distance">Summed squared difference of the two patches' bytes; above 2²⁴ rounded to 24 bits.</param>
public readonly record struct NearestPatch(int Key, int Distance);

/// <summary>
/// Exact nearest neighbours of a selection of patches, in far less time than trying all keys.
/// <para>
/// The squared distance of two patches is at least that of their descriptions (<see cref="PatchDescriptor"/>), 13 numbers
/// instead of 441. A leaf of a tree over them (<see cref="PatchIndex{T}"/>) gives every query a good key to begin with.
/// Then the keys are described row by row, each row is compared with all queries while it lies in the cache, and only
/// keys whose description is nearer than the best patch so far are measured.
/// </para>
/// <para>
/// Rows are independent pieces of work. They meet in one 64-bit word per query, distance above and place below, of which
/// the minimum is kept: so the result depends neither on threads nor on order, and of equally near keys the first wins.
/// </para>
/// </summary>
public static class NearestPatches
{
    // What descriptions lose by rounding, as a part of the longest patch there can be: sums of some dozens of floats.
    private const double Rounding = 2e-5;

    // Numbers of a description that are compared before the others are looked at: brightness, its slopes and the colours.
    private const int Head = 5;

    /// <summary>Finds the nearest key patch of every query patch named.</summary>
    /// <param name="query">Where the query patches lie.</param>
    /// <param name="keys">Where the key patches lie, with as many channels.</param>
    /// <param name="patch">Patch size.</param>
    /// <param name="patches">Linear indices (t·H + h)·W + w of query patches in their grid; any number, in any order.</param>
    /// <param name="workers">Threads; they do not change the result.</param>
    /// <returns>One match for each index, in the order given.</returns>
    /// <exception cref="ArgumentException">The channels differ, or a volume is smaller than a patch.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside of the grid.</exception>
    public static NearestPatch[] Exact(Volume<byte> query, Volume<byte> keys, Extent patch, IReadOnlyList<int> patches, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(patches);
        ArgumentNullException.ThrowIfNull(workers);
        if (query.Channels != keys.Channels) throw new ArgumentException("query and keys differ in channels", nameof(keys));
        if (!query.Extent.Holds(patch) || !keys.Extent.Holds(patch)) throw new ArgumentException($"no patch of {patch} fits", nameof(patch));
        long count = query.Extent.PatchGrid(patch).Count;
        if (patches.Any(p => p < 0 || p >= count)) throw new ArgumentOutOfRangeException(nameof(patches));
        var search = new Search(query, keys, patch, patches, workers);
        return search.Run(workers);
    }

    private sealed class Search
    {
        private readonly Volume<byte> _query;
        private readonly Volume<byte> _keys;
        private readonly Extent _grid;
        private readonly PatchDescriptor _descriptor;
        private readonly ByteDistance _distance;
        private readonly (int T, int H, int W)[] _places;
        private readonly float[] _described;
        private readonly ulong[] _best;
        private readonly double _slack;

        public Search(Volume<byte> query, Volume<byte> keys, Extent patch, IReadOnlyList<int> patches, Workers workers)
        {
            (_query, _keys) = (query, keys);
            _grid = keys.Extent.PatchGrid(patch);
            _descriptor = new PatchDescriptor(patch, keys.Channels);
            _distance = ByteDistance.Create(query, keys, patch);
            _slack = Rounding * byte.MaxValue * Math.Sqrt(patch.Count * keys.Channels);
            _places = new (int, int, int)[patches.Count];
            _described = new float[patches.Count * _descriptor.Size];
            _best = new ulong[patches.Count];
            var index = new PatchIndex<byte>(keys, patch, workers);
            Extent grid = query.Extent.PatchGrid(patch);
            workers.For(patches.Count, i => Begin(i, patches[i], grid, index));
        }

        public NearestPatch[] Run(Workers workers)
        {
            workers.For(_grid.T * _grid.H, row => CompareRow(row / _grid.H, row % _grid.H));
            return [.. _best.Select(b => new NearestPatch((int)(uint)b, (int)(b >> 32)))];
        }

        /// <summary>Describes a query patch and finds it a key to begin with.</summary>
        private void Begin(int i, int patch, Extent grid, PatchIndex<byte> index)
        {
            int row = patch / grid.W, w = patch % grid.W;
            _places[i] = (row / grid.H, row % grid.H, w);
            float[] numbers = index.Describe(_query, _places[i].T, _places[i].H, grid.W);
            for (int n = 0; n < _descriptor.Size; n++) _described[(i * _descriptor.Size) + n] = numbers[(n * grid.W) + w];
            _best[i] = ulong.MaxValue;
            ByteDistance distance = _distance;
            distance.Aim(_places[i].T, _places[i].H, w);
            foreach (int key in index.Near(numbers, grid.W, w))
                Offer(i, distance, key / _grid.W / _grid.H, key / _grid.W % _grid.H, key % _grid.W);
        }

        private void CompareRow(int t, int h)
        {
            // Whole vectors of patches; what lies behind the last patch is infinitely far away.
            int stride = (_grid.W + Vector256<float>.Count - 1) / Vector256<float>.Count * Vector256<float>.Count;
            var row = new float[_descriptor.Size * stride];
            Array.Fill(row, float.PositiveInfinity);
            _descriptor.Row(_keys, t, h, row, stride);
            ref float numbers = ref MemoryMarshal.GetArrayDataReference(row);
            for (int i = 0; i < _best.Length; i++) Compare(i, ref numbers, stride, t, h);
        }

        private void Compare(int i, ref float row, int stride, int t, int h)
        {
            int size = _descriptor.Size, head = Math.Min(Head, size);
            ref float query = ref _described[i * size];
            ByteDistance distance = _distance;
            bool aimed = false;
            var limit = Vector256.Create(Limit(i));
            for (int w = 0; w < stride; w += Vector256<float>.Count)
            {
                Vector256<float> bound = Squared(ref query, ref Unsafe.Add(ref row, w), stride, 0, head);
                if (Vector256.GreaterThanAll(bound, limit)) continue;
                bound += Squared(ref query, ref Unsafe.Add(ref row, w), stride, head, size);
                uint near = Vector256.LessThanOrEqual(bound, limit).ExtractMostSignificantBits();
                if (near == 0) continue;
                if (!aimed) distance.Aim(_places[i].T, _places[i].H, _places[i].W);
                aimed = true;
                bool nearer = false;
                for (; near != 0; near &= near - 1)
                    nearer |= Offer(i, distance, t, h, w + BitOperations.TrailingZeroCount(near));
                if (nearer) limit = Vector256.Create(Limit(i));
            }
        }

        // Lane l: the squared distance of the numbers from `first` to `end` − 1 of the query's and of the l-th key's description.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<float> Squared(ref float query, ref float keys, int stride, int first, int end)
        {
            Vector256<float> sum = default;
            for (int n = first; n < end; n++)
            {
                Vector256<float> d = Vector256.LoadUnsafe(ref keys, (nuint)(n * stride)) - Vector256.Create(Unsafe.Add(ref query, n));
                sum += d * d;
            }

            return sum;
        }

        /// <summary>Descriptions farther from each other than this belong to patches that are farther than the best one.</summary>
        private float Limit(int i)
        {
            double length = Math.Sqrt(Volatile.Read(ref _best[i]) >> 32) + _slack;
            return (float)(length * length);
        }

        /// <returns>Whether the key is the best one now.</returns>
        private bool Offer(int i, ByteDistance distance, int t, int h, int w)
        {
            ulong squared = (ulong)distance.Measure(t, h, w, float.PositiveInfinity);
            ulong offered = (squared << 32) | (uint)((((t * _grid.H) + h) * _grid.W) + w);
            ref ulong best = ref _best[i];
            ulong seen = Volatile.Read(ref best);
            while (offered < seen)
            {
                ulong before = Interlocked.CompareExchange(ref best, offered, seen);
                if (before == seen) return true;
                seen = before;
            }

            return false;
        }
    }
}
