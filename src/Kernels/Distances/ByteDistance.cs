using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>
/// Sums of squared differences between a query patch and key patches of bytes. Integer sums do not depend on their order, so all
/// instruction sets give the same result.
/// <para>
/// Σ(q − k)² = Σq(q − 256) + Σk² − 2Σq(k − 128). The first two sums are tables (<see cref="PatchSums"/>); the third is a dot product of
/// unsigned and signed bytes, for which there are instructions. Both volumes are packed (<see cref="PatchLayout"/>): the keys as a whole,
/// the query in bands of rows that stay in the cache.
/// </para>
/// <para>
/// The default patches, 7 or 5 runs of up to 64 bytes, are read in two steps of 32 bytes per run. The bytes of the second step that lie
/// after the run are masked to 0 in the query, so the key's bytes there have no effect. Lane l of a sum holds bytes 4l to 4l + 3 of a step,
/// but only the sum over all lanes is used, so instruction sets without dot products may assign lanes differently
/// (<see cref="SimdOps.Dot"/>). The maximum for a patch of 15×15×15 voxels and 3 channels is 6.6·10⁸, which fits into 32 bits.
/// </para>
/// </summary>
internal unsafe struct ByteDistance : IPatchDistance<byte, ByteDistance>
{
    // Bytes per step.
    private const int Step = 32;

    private readonly Volume<byte> _query;
    private readonly PackedKeys _keys;
    private readonly Extent _patch;
    private readonly PatchLayout _layout;
    private readonly Shape _shape;
    private readonly Vector256<byte> _tail;

    // Pointers into pinned key buffers: fetching them through calls would cost the kernels their registers.
    private readonly sbyte* _keyBytes;
    private readonly int* _keySums;
    private readonly nint _keyRow;
    private readonly nint _keyFrame;
    private readonly nint _pixel;

    private QueryBand? _band;
    private nint _row;
    private nint _frame;

    private ByteDistance(Volume<byte> query, PackedKeys keys, Extent patch)
    {
        (_query, _keys, _patch, _layout) = (query, keys, patch, keys.Layout);
        _keyBytes = keys.Bytes;
        _keySums = keys.Sums;
        (_keyRow, _keyFrame, _pixel) = (keys.RowStride, keys.FrameStride, _layout.Pixel);
        _shape = _layout switch
        {
            { Frames: 1, Rows: 7, Run: > Step and <= 2 * Step } => Shape.SevenRuns,
            { Frames: 1, Rows: 5, Run: > Step and <= 2 * Step } => Shape.FiveRuns,
            _ => Shape.Any,
        };
        int last = ((_layout.Run - 1) % Step) + 1;
        for (int i = 0; i < last; i++) _tail = _tail.WithElement(i, byte.MaxValue);
    }

    private enum Shape
    {
        Any,
        SevenRuns,
        FiveRuns,
    }

    public static ByteDistance Create(SearchTask<byte> task, Workers workers) => Create(task.Query, task.Keys, task.Patch, workers);

    public static ByteDistance Create(Volume<byte> query, Volume<byte> keys, Extent patch, Workers workers)
    {
        if (query.Channels != keys.Channels) throw new ArgumentException($"queries have {query.Channels} channels but keys have {keys.Channels}", nameof(keys));
        return new ByteDistance(query, new PackedKeys(keys, patch, workers), patch);
    }

    public static long WorkingBytes(Extent query, Extent keys, Extent patch, int channels) =>
        PackedKeys.WorkingBytes(keys, channels, patch);

    public void Enter(int t, int top, int bottom)
    {
        _band = QueryBand.OfThread;
        _band.Load(_query, _patch, _layout, t, top, bottom);
        (_row, _frame) = (_band.RowStride, _band.FrameStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Measure(int h, int* columns, uint* positions, int count, float* distances)
    {
        switch (_shape)
        {
            case Shape.SevenRuns:
                Measure7(h, columns, positions, count, distances);
                break;
            case Shape.FiveRuns:
                Measure5(h, columns, positions, count, distances);
                break;
            default:
                MeasureAny(h, columns, positions, count, distances);
                break;
        }
    }

    /// <summary>Returns one distance computed in scalar arithmetic.</summary>
    public readonly float MeasureScalar(int h, int w, uint position)
    {
        if (_keySums[position] == PackedKeys.NoKey) return float.PositiveInfinity;
        byte* query = _band!.Bytes(h) + (w * _pixel);
        sbyte* key = _keyBytes + ((nint)position * _pixel);
        int sum = 0;
        for (int f = 0; f < _layout.Frames; f++)
        {
            for (int r = 0; r < _layout.Rows; r++)
            {
                byte* q = query + (f * _frame) + (r * _row);
                sbyte* k = key + (f * _keyFrame) + (r * _keyRow);
                for (int i = 0; i < _layout.Run; i++)
                {
                    int d = q[i] - 128 - k[i];
                    sum += d * d;
                }
            }
        }

        return sum;
    }

    // Seven runs: 14 steps in 4 independent chains of additions.
    [MethodImpl(Jit.Hot)]
    private readonly void Measure7(int h, int* columns, uint* positions, int count, float* distances)
    {
        byte* query = _band!.Bytes(h);
        int* terms = _band.Sums(h);
        sbyte* keys = _keyBytes;
        int* sums = _keySums;
        nint row = _row, pixel = _pixel, keyRow = _keyRow;
        Vector256<byte> tail = _tail;
        for (int i = 0; i < count; i++)
        {
            nint w = columns[i], position = (nint)positions[i];
            byte* q = query + (w * pixel);
            sbyte* k = keys + (position * pixel);
            Vector256<int> a = Dot(default, q, k), b = Dot(default, q + Step, k + Step, tail);
            q += row;
            k += keyRow;
            Vector256<int> c = Dot(default, q, k), d = Dot(default, q + Step, k + Step, tail);
            q += row;
            k += keyRow;
            a = Dot(a, q, k);
            b = Dot(b, q + Step, k + Step, tail);
            q += row;
            k += keyRow;
            c = Dot(c, q, k);
            d = Dot(d, q + Step, k + Step, tail);
            q += row;
            k += keyRow;
            a = Dot(a, q, k);
            b = Dot(b, q + Step, k + Step, tail);
            q += row;
            k += keyRow;
            c = Dot(c, q, k);
            d = Dot(d, q + Step, k + Step, tail);
            q += row;
            k += keyRow;
            a = Dot(a, q, k);
            b = Dot(b, q + Step, k + Step, tail);
            distances[i] = Distance(terms[w], sums[position], Sum((a + b) + (c + d)));
        }
    }

    // Five runs: 10 steps.
    [MethodImpl(Jit.Hot)]
    private readonly void Measure5(int h, int* columns, uint* positions, int count, float* distances)
    {
        byte* query = _band!.Bytes(h);
        int* terms = _band.Sums(h);
        sbyte* keys = _keyBytes;
        int* sums = _keySums;
        nint row = _row, pixel = _pixel, keyRow = _keyRow;
        Vector256<byte> tail = _tail;
        for (int i = 0; i < count; i++)
        {
            nint w = columns[i], position = (nint)positions[i];
            byte* q = query + (w * pixel);
            sbyte* k = keys + (position * pixel);
            Vector256<int> a = Dot(default, q, k), b = Dot(default, q + Step, k + Step, tail);
            q += row;
            k += keyRow;
            Vector256<int> c = Dot(default, q, k), d = Dot(default, q + Step, k + Step, tail);
            q += row;
            k += keyRow;
            a = Dot(a, q, k);
            b = Dot(b, q + Step, k + Step, tail);
            q += row;
            k += keyRow;
            c = Dot(c, q, k);
            d = Dot(d, q + Step, k + Step, tail);
            q += row;
            k += keyRow;
            a = Dot(a, q, k);
            b = Dot(b, q + Step, k + Step, tail);
            distances[i] = Distance(terms[w], sums[position], Sum((a + b) + (c + d)));
        }
    }

    [MethodImpl(Jit.Hot)]
    private readonly void MeasureAny(int h, int* columns, uint* positions, int count, float* distances)
    {
        byte* query = _band!.Bytes(h);
        int* terms = _band.Sums(h);
        int last = (_layout.Run - 1) / Step * Step;
        for (int i = 0; i < count; i++)
        {
            nint w = columns[i], position = (nint)positions[i];
            Vector256<int> sum = default;
            for (int f = 0; f < _layout.Frames; f++)
            {
                byte* q = query + (w * _pixel) + (f * _frame);
                sbyte* k = _keyBytes + (position * _pixel) + (f * _keyFrame);
                for (int r = 0; r < _layout.Rows; r++, q += _row, k += _keyRow)
                {
                    for (int x = 0; x < last; x += Step) sum = Dot(sum, q + x, k + x);
                    sum = Dot(sum, q + last, k + last, _tail);
                }
            }

            distances[i] = Distance(terms[w], _keySums[position], Sum(sum));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Distance(int term, int keySum, int dot) =>
        keySum == PackedKeys.NoKey ? float.PositiveInfinity : term + keySum - (2 * dot);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Dot(Vector256<int> sum, byte* q, sbyte* k) => SimdOps.Dot(sum, Vector256.Load(q), Vector256.Load(k));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Dot(Vector256<int> sum, byte* q, sbyte* k, Vector256<byte> used) =>
        SimdOps.Dot(sum, Vector256.Load(q) & used, Vector256.Load(k));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sum(Vector256<int> v) => Vector128.Sum(v.GetLower() + v.GetUpper());
}
