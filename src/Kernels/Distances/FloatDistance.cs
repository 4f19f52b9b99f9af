using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>
/// Sum of squared differences between a query patch and a key patch, in float.
/// <para>
/// A patch is T·H rows, each a contiguous run of W·C floats. Rows are split into vectors of 8; vector j of each row is added to accumulator
/// j mod 4, so up to four chains of additions run in parallel. The remainder of a row is loaded as a whole vector and masked, which
/// the volume's padding makes safe. After each patch frame the accumulators are summed: (0+1)+(2+3), then lanes l and l+4, then l and
/// l+2, then l and l+1.
/// </para>
/// <para>
/// Multiplications and additions are never fused, and this description fixes their order regardless of register width, so
/// 512-, 256- and 128-bit machines and <see cref="MeasureScalar"/> agree to the last bit.
/// </para>
/// </summary>
internal unsafe struct FloatDistance : IPatchDistance<float, FloatDistance>
{
    private readonly Extent _patch;
    private readonly int _rowLength;
    private readonly int _channels;
    private readonly nint _queryRow;
    private readonly nint _queryFrame;
    private readonly nint _keyRow;
    private readonly nint _keyFrame;
    private readonly Vector256<float> _tail;
    private readonly Volume<float> _query;
    private readonly Volume<float> _keys;
    private readonly Extent _grid;
    private int _frame;

    public FloatDistance(Volume<float> query, Volume<float> keys, Extent patch)
    {
        if (query.Channels != keys.Channels) throw new ArgumentException($"queries have {query.Channels} channels but keys have {keys.Channels}", nameof(keys));
        (_query, _keys) = (query, keys);
        _patch = patch;
        _grid = keys.Extent.PatchGrid(patch);
        _channels = query.Channels;
        _rowLength = patch.W * query.Channels;
        _queryRow = query.RowStride;
        _queryFrame = query.FrameStride;
        _keyRow = keys.RowStride;
        _keyFrame = keys.FrameStride;
        Vector256<int> lane = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7);
        _tail = Vector256.LessThan(lane, Vector256.Create(_rowLength % 8)).AsSingle();
    }

    public static FloatDistance Create(SearchTask<float> task, Workers workers) => new(task.Query, task.Keys, task.Patch);

    public static long WorkingBytes(Extent query, Extent keys, Extent patch, int channels) => 0;

    public void Enter(int t, int top, int bottom) => _frame = t;

    [MethodImpl(Jit.Hot)]
    public readonly void Measure(int h, int* columns, uint* positions, int count, float* distances)
    {
        for (int i = 0; i < count; i++)
        {
            float* query = Query(h, columns[i]), key = _keys.Pointer + ((nint)positions[i] * _channels);
            distances[i] = !IsKey(positions[i]) ? float.PositiveInfinity : _rowLength switch
            {
                21 => Squared<Row21>(query, key),
                15 => Squared<Row15>(query, key),
                _ => Squared<RowAny>(query, key),
            };
        }
    }

    /// <summary>Returns the distance in scalar arithmetic: the reference for the vector code.</summary>
    public readonly float MeasureScalar(int h, int w, uint position)
    {
        if (!IsKey(position)) return float.PositiveInfinity;
        float* query = Query(h, w);
        float* key = _keys.Pointer + ((nint)position * _channels);
        float* sums = stackalloc float[32];
        float* lane = stackalloc float[8];
        new Span<float>(sums, 32).Clear();
        float total = 0;
        for (int frame = 0; frame < _patch.T; frame++)
        {
            for (int row = 0; row < _patch.H; row++)
            {
                float* q = query + (frame * _queryFrame) + (row * _queryRow);
                float* k = key + (frame * _keyFrame) + (row * _keyRow);
                for (int i = 0; i < _rowLength; i++)
                {
                    float d = q[i] - k[i];
                    sums[i % 32] += d * d;
                }
            }

            for (int l = 0; l < 8; l++) lane[l] = (sums[l] + sums[8 + l]) + (sums[16 + l] + sums[24 + l]);
            for (int l = 0; l < 4; l++) lane[l] += lane[l + 4];
            total = (lane[0] + lane[2]) + (lane[1] + lane[3]);
        }

        return total;
    }

    private readonly float* Query(int h, int w) => _query.Pointer + (_frame * _queryFrame) + (h * _queryRow) + (w * _channels);

    private readonly bool IsKey(uint position)
    {
        uint row = position / (uint)_keys.Extent.W, t = row / (uint)_keys.Extent.H;
        return position - (row * (uint)_keys.Extent.W) < (uint)_grid.W && row - (t * (uint)_keys.Extent.H) < (uint)_grid.H && t < (uint)_grid.T;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float Squared<TRow>(float* query, float* key)
        where TRow : struct, IRow
    {
        Vector256<float> a = default, b = default, c = default, d = default;
        Vector256<float> tail = _tail;
        float total = 0;
        for (int t = _patch.T; t > 0; t--)
        {
            float* q = query, k = key;
            for (int h = _patch.H; h > 0; h--)
            {
                TRow.Add(q, k, _rowLength, tail, ref a, ref b, ref c, ref d);
                q += _queryRow;
                k += _keyRow;
            }

            Vector256<float> all = (a + b) + (c + d);
            Vector128<float> four = all.GetLower() + all.GetUpper();
            Vector128<float> two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
            total = two.GetElement(0) + two.GetElement(1);
            query += _queryFrame;
            key += _keyFrame;
        }

        return total;
    }

    /// <summary>Adds the squared differences of one row to the accumulators.</summary>
    private interface IRow
    {
        static abstract void Add(
            float* q, float* k, int length, Vector256<float> tail,
            ref Vector256<float> a, ref Vector256<float> b, ref Vector256<float> c, ref Vector256<float> d);
    }

    // 7 columns of RGB: two whole vectors and 5 lanes.
    private readonly struct Row21 : IRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Add(
            float* q, float* k, int length, Vector256<float> tail,
            ref Vector256<float> a, ref Vector256<float> b, ref Vector256<float> c, ref Vector256<float> d)
        {
            Vector256<float> x = Vector256.Load(q) - Vector256.Load(k);
            Vector256<float> y = Vector256.Load(q + 8) - Vector256.Load(k + 8);
            Vector256<float> z = (Vector256.Load(q + 16) - Vector256.Load(k + 16)) & tail;
            a += x * x;
            b += y * y;
            c += z * z;
        }
    }

    // 5 columns of RGB: one whole vector and 7 lanes.
    private readonly struct Row15 : IRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Add(
            float* q, float* k, int length, Vector256<float> tail,
            ref Vector256<float> a, ref Vector256<float> b, ref Vector256<float> c, ref Vector256<float> d)
        {
            Vector256<float> x = Vector256.Load(q) - Vector256.Load(k);
            Vector256<float> y = (Vector256.Load(q + 8) - Vector256.Load(k + 8)) & tail;
            a += x * x;
            b += y * y;
        }
    }

    // Any length: accumulators are used in rotation.
    private readonly struct RowAny : IRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Add(
            float* q, float* k, int length, Vector256<float> tail,
            ref Vector256<float> a, ref Vector256<float> b, ref Vector256<float> c, ref Vector256<float> d)
        {
            for (int i = 0, j = 0; i < length; i += 8, j++)
            {
                Vector256<float> x = Vector256.Load(q + i) - Vector256.Load(k + i);
                if (length - i < 8) x &= tail;
                x *= x;
                switch (j & 3)
                {
                    case 0: a += x; break;
                    case 1: b += x; break;
                    case 2: c += x; break;
                    default: d += x; break;
                }
            }
        }
    }
}
