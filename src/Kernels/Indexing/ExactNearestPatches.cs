using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Indexing;

/// <summary>Nearest key patch of one query patch.</summary>
/// <param name="Key">Linear index (t·H + h)·W + w in the grid of key patches.</param>
/// <param name="Distance">Sum of squared differences of the two patches' bytes; rounded to 24 significant bits above 2²⁴.</param>
public readonly record struct NearestPatch(int Key, int Distance);

/// <summary>
/// Finds exact nearest neighbours of selected patches without comparing all keys.
/// <para>
/// The squared distance of two patches is at least that of their descriptors (<see cref="PatchDescriptor"/>), 13 numbers instead of 441. A
/// leaf of a tree over the descriptors (<see cref="PatchIndex{T}"/>) gives each query a good first key. Keys are then described row by row,
/// each row is compared with all queries while it is in the cache, and only keys whose descriptor is nearer than the best patch so far
/// are measured.
/// </para>
/// <para>
/// Rows are independent work items. Each query has one 64-bit word, distance in the upper half and key position in the lower, of which the
/// minimum is kept: the result depends neither on threads nor on order, and the first of equally near keys wins.
/// </para>
/// </summary>
public static class ExactNearestPatches
{
    // Rounding error of descriptors relative to the longest possible patch: sums of some dozens of floats.
    private const double Rounding = 2e-5;

    // Leading numbers of a descriptor that are compared before the rest: brightness, its slopes and the colours.
    private const int Head = 5;

    // Query patches described per work item.
    private const int Begun = 32;

    /// <summary>Finds the nearest key patch of each given query patch.</summary>
    /// <param name="query">Volume of the query patches, T×H×W×C.</param>
    /// <param name="keys">Volume of the key patches, with the same number of channels.</param>
    /// <param name="patch">Patch size.</param>
    /// <param name="patches">Linear indices (t·H + h)·W + w of query patches in their grid, in any order.</param>
    /// <param name="workers">Threads; they do not affect the result.</param>
    /// <param name="excluded">Whether each key patch is excluded; at least one must remain. <c>null</c> excludes none.</param>
    /// <returns>One match per index, in the given order.</returns>
    /// <exception cref="ArgumentException">The channels differ, a volume is smaller than a patch, or no key remains.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the grid.</exception>
    public static NearestPatch[] Exact(
        Volume<byte> query, Volume<byte> keys, Extent patch, IReadOnlyList<int> patches, Workers workers, bool[]? excluded = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(patches);
        ArgumentNullException.ThrowIfNull(workers);
        if (query.Channels != keys.Channels) throw new ArgumentException($"queries have {query.Channels} channels but keys have {keys.Channels}", nameof(keys));
        if (!query.Extent.Holds(patch) || !keys.Extent.Holds(patch))
            throw new ArgumentException($"a patch of {patch} does not fit into queries of {query.Extent} or keys of {keys.Extent}", nameof(patch));
        long count = query.Extent.PatchGrid(patch).Count;
        if (patches.Any(p => p < 0 || p >= count)) throw new ArgumentOutOfRangeException(nameof(patches));
        if (excluded is not null && (excluded.Length != keys.Extent.PatchGrid(patch).Count || !excluded.Contains(false)))
            throw new ArgumentException("expected one entry for each key patch, with at least one key not excluded", nameof(excluded));
        var search = new Search(query, keys, patch, patches, excluded, workers);
        return search.Run(workers);
    }

    private sealed class Search
    {
        private const int BandRows = 8;

        private readonly Volume<byte> _keys;
        private readonly bool[]? _excluded;
        private readonly Extent _patch;
        private readonly Extent _grid;
        private readonly PatchDescriptor _descriptor;
        private readonly ByteDistance _distance;
        private readonly float[] _described;
        private readonly ulong[] _best;
        private readonly double _slack;

        public Search(Volume<byte> query, Volume<byte> keys, Extent patch, IReadOnlyList<int> patches, bool[]? excluded, Workers workers)
        {
            (_keys, _patch, _excluded) = (keys, patch, excluded);
            _grid = keys.Extent.PatchGrid(patch);
            _descriptor = new PatchDescriptor(patch, keys.Channels);
            _distance = ByteDistance.Create(SideBySide(query, patch, patches), keys, patch, workers);
            _slack = Rounding * byte.MaxValue * Math.Sqrt(patch.Count * keys.Channels);
            _described = new float[patches.Count * _descriptor.Size];
            _best = new ulong[patches.Count];
            var index = new PatchIndex<byte>(keys, patch, workers);
            Extent grid = query.Extent.PatchGrid(patch);
            int pieces = (patches.Count + Begun - 1) / Begun;
            workers.For(pieces, piece => Begin(piece * Begun, patches, query, grid, index));
        }

        public NearestPatch[] Run(Workers workers)
        {
            int bands = (_grid.H + BandRows - 1) / BandRows;
            workers.For(_grid.T * bands, piece => CompareBand(piece / bands, piece % bands * BandRows));
            return [.. _best.Select(b => new NearestPatch(Linear((int)(uint)b), (int)(b >> 32)))];
        }

        // The query patches in one volume, at intervals of a patch's width.
        private static Volume<byte> SideBySide(Volume<byte> query, Extent patch, IReadOnlyList<int> patches)
        {
            Extent grid = query.Extent.PatchGrid(patch);
            var all = new Volume<byte>(patch with { W = Math.Max(1, patches.Count) * patch.W }, query.Channels);
            int run = patch.W * query.Channels;
            for (int i = 0; i < patches.Count; i++)
            {
                int row = patches[i] / grid.W, w = patches[i] % grid.W;
                for (int t = 0; t < patch.T; t++)
                {
                    for (int h = 0; h < patch.H; h++)
                        query.Row((row / grid.H) + t, (row % grid.H) + h).Slice(w * query.Channels, run).CopyTo(all.Row(t, h)[(i * run)..]);
                }
            }

            return all;
        }

        /// <summary>Describes some query patches and finds their first keys.</summary>
        private void Begin(int first, IReadOnlyList<int> patches, Volume<byte> query, Extent grid, PatchIndex<byte> index)
        {
            ByteDistance distance = _distance;
            distance.Enter(0, 0, 1);
            var near = new uint[grid.W * PatchIndex<byte>.Near];
            for (int i = first; i < Math.Min(first + Begun, patches.Count); i++)
            {
                int row = patches[i] / grid.W, w = patches[i] % grid.W;
                float[] numbers = index.Describe(query, row / grid.H, row % grid.H, grid.W);
                for (int n = 0; n < _descriptor.Size; n++) _described[(i * _descriptor.Size) + n] = numbers[(n * grid.W) + w];
                index.Lead(numbers, near);
                _best[i] = ulong.MaxValue;
                foreach (uint position in near.AsSpan(w * PatchIndex<byte>.Near, PatchIndex<byte>.Near)) Offer(i, distance, position);
            }
        }

        private void CompareBand(int t, int top)
        {
            // Padded to whole vectors; positions after the last patch are infinitely far away.
            int stride = (_grid.W + Vector256<float>.Count - 1) / Vector256<float>.Count * Vector256<float>.Count;
            var row = new float[_descriptor.Size * stride];
            ByteDistance distance = _distance;
            distance.Enter(0, 0, 1);
            for (int h = top; h < Math.Min(top + BandRows, _grid.H); h++)
            {
                Array.Fill(row, float.PositiveInfinity);
                _descriptor.Row(_keys, t, h, row, stride);
                ref float numbers = ref MemoryMarshal.GetArrayDataReference(row);
                for (int i = 0; i < _best.Length; i++) Compare(i, distance, ref numbers, stride, Position(t, h));
            }
        }

        private void Compare(int i, ByteDistance distance, ref float row, int stride, uint position)
        {
            int size = _descriptor.Size, head = Math.Min(Head, size);
            ref float query = ref _described[i * size];
            var limit = Vector256.Create(Limit(i));
            for (int w = 0; w < stride; w += Vector256<float>.Count)
            {
                Vector256<float> bound = Squared(ref query, ref Unsafe.Add(ref row, w), stride, 0, head);
                if (Vector256.GreaterThanAll(bound, limit)) continue;
                bound += Squared(ref query, ref Unsafe.Add(ref row, w), stride, head, size);
                uint near = Vector256.LessThanOrEqual(bound, limit).ExtractMostSignificantBits();
                if (near == 0) continue;
                bool nearer = false;
                for (; near != 0; near &= near - 1)
                    nearer |= Offer(i, distance, position + (uint)(w + BitOperations.TrailingZeroCount(near)));
                if (nearer) limit = Vector256.Create(Limit(i));
            }
        }

        // Lane l: squared distance between numbers `first` to `end` − 1 of the query's and the l-th key's descriptor.
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

        /// <summary>Returns the descriptor distance above which a key cannot be nearer than the best match.</summary>
        private float Limit(int i)
        {
            double length = Math.Sqrt(Volatile.Read(ref _best[i]) >> 32) + _slack;
            return (float)(length * length);
        }

        private uint Position(int t, int h) => (uint)(((t * _keys.Extent.H) + h) * _keys.Extent.W);

        private int Linear(int position)
        {
            int row = position / _keys.Extent.W, t = row / _keys.Extent.H;
            return (((t * _grid.H) + (row % _keys.Extent.H)) * _grid.W) + (position % _keys.Extent.W);
        }

        /// <returns>Whether the key is the new best match.</returns>
        private unsafe bool Offer(int i, ByteDistance distance, uint position)
        {
            if (_excluded is not null && _excluded[Linear((int)position)]) return false;
            float squared;
            int column = i * _patch.W;
            distance.Measure(0, &column, &position, 1, &squared);
            ulong offered = ((ulong)squared << 32) | position;
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
