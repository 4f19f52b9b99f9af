using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vgpnn.Kernels;

/// <summary>
/// Summed squared difference of a query patch and a key patch of bytes. Sums of integers do not depend on their order, so
/// every instruction set gives the same result.
/// <para>
/// Short rows waste lanes: 7 columns of RGB are 21 bytes. Volumes are therefore packed first, unless that takes too much
/// memory: the T·C bytes that a patch needs of one pixel position, all its frames', lie side by side, and a 3×7×7
/// patch of RGB becomes 7 runs of 63 bytes. Volumes that are not packed have T·H runs of W·C bytes.
/// </para>
/// <para>
/// Bytes are widened to 16 bits, subtracted, and pairs of squares added to 32-bit lanes, 16 bytes a step. Lane l of a
/// step holds bytes 2l and 2l+1. A run's last step loads whole and masks what lies behind the run. A patch of 15×15×15
/// voxels and 3 channels sums to at most 6.6·10⁸, so 32 bits hold it. The presets' query patch is widened once, when it
/// is chosen, because it is compared with many keys; and after two runs of a 3×7×7 patch, where most hopeless
/// keys can be told, the sum so far is compared with the limit.
/// </para>
/// </summary>
internal unsafe struct ByteDistance : IPatchDistance<byte, ByteDistance>
{
    /// <summary>Volumes are packed up to this many bytes after packing.</summary>
    public const long PackLimit = 64L << 20;

    // Widened query patches: 7 runs of 64 for 3×7×7, 15 of 16 for 3×5×5.
    private const int WideSize = 7 * 64;

    private readonly Packed _query;
    private readonly Packed _keys;
    private readonly int _frames;
    private readonly int _rows;
    private readonly int _run;
    private readonly Vector256<short> _tail;
    private byte* _aim;
    private fixed short _wide[WideSize];

    private ByteDistance(Packed query, Packed keys, int frames, int rows, int run)
    {
        (_query, _keys, _frames, _rows, _run) = (query, keys, frames, rows, run);
        _aim = query.At(0, 0, 0);
        Vector256<short> lane = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, (short)15);
        _tail = Vector256.LessThan(lane, Vector256.Create((short)(((run - 1) % 16) + 1)));
    }

    public static ByteDistance Create(SearchTask<byte> task) => Create(task.Query, task.Keys, task.Patch);

    public static ByteDistance Create(Volume<byte> query, Volume<byte> keys, Extent patch)
    {
        if (query.Channels != keys.Channels) throw new ArgumentException("query and keys differ in channels", nameof(keys));
        long packedBytes = Math.Max(query.Extent.Count, keys.Extent.Count) * query.Channels * patch.T;
        return packedBytes <= PackLimit && patch.T > 1
            ? new ByteDistance(Packed.Pack(query, patch.T), Packed.Pack(keys, patch.T), 1, patch.H, patch.W * patch.T * query.Channels)
            : new ByteDistance(Packed.AsIs(query), Packed.AsIs(keys), patch.T, patch.H, patch.W * query.Channels);
    }

    public static long WorkingBytes(Extent query, Extent keys, Extent patch, int channels)
    {
        long q = query.Count * channels * patch.T, k = keys.Count * channels * patch.T;
        return Math.Max(q, k) <= PackLimit && patch.T > 1 ? q + k : 0;
    }

    [MethodImpl(Jit.Hot)]
    public void Aim(int t, int h, int w)
    {
        _aim = _query.At(t, h, w);
        fixed (short* wide = _wide)
        {
            if (_run == 63 && _rows == 7 && _frames == 1)
            {
                for (int r = 0; r < 7; r++)
                    for (int i = 0; i < 64; i += 16) Widen(_aim + (r * _query.Row) + i).Store(wide + (r * 64) + i);
            }
            else if (_run == 15 && _rows == 5 && _frames == 3)
            {
                for (int f = 0; f < 3; f++)
                    for (int r = 0; r < 5; r++) Widen(_aim + (f * _query.Frame) + (r * _query.Row)).Store(wide + (((f * 5) + r) * 16));
            }
        }
    }

    // The first runs: they decide about most keys, and the hardware follows from there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Fetch(int t, int h, int w)
    {
        byte* key = _keys.At(t, h, w);
        for (int r = 0; r < 3; r++) Simd.Prefetch(key + (r * _keys.Row));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float Measure(int t, int h, int w, float limit)
    {
        byte* key = _keys.At(t, h, w);
        if (_run == 63 && _rows == 7 && _frames == 1) return Squared377(key, limit);
        if (_run == 15 && _rows == 5 && _frames == 3) return Squared355(key);
        return Squared(key);
    }

    /// <summary>The same in plain scalar arithmetic.</summary>
    public readonly float MeasureScalar(int t, int h, int w)
    {
        byte* key = _keys.At(t, h, w);
        int sum = 0;
        for (int f = 0; f < _frames; f++)
        {
            for (int r = 0; r < _rows; r++)
            {
                byte* q = _aim + (f * _query.Frame) + (r * _query.Row), k = key + (f * _keys.Frame) + (r * _keys.Row);
                for (int i = 0; i < _run; i++) sum += (q[i] - k[i]) * (q[i] - k[i]);
            }
        }

        return sum;
    }

    // 3×7×7 RGB, packed: four steps a run, each with its own accumulator.
    [MethodImpl(Jit.Hot)]
    private readonly float Squared377(byte* key, float limit)
    {
        Vector256<int> a = default, b = default, c = default, d = default;
        Vector256<short> tail = _tail;
        nint row = _keys.Row;
        fixed (short* wide = _wide)
        {
            short* q = wide;
            short* end = wide + (7 * 64);
            short* check = wide + (2 * 64);
            while (true)
            {
                for (; q < check; q += 64, key += row)
                {
                    a += PairsOfSquares(Vector256.Load(q) - Widen(key));
                    b += PairsOfSquares(Vector256.Load(q + 16) - Widen(key + 16));
                    c += PairsOfSquares(Vector256.Load(q + 32) - Widen(key + 32));
                    d += PairsOfSquares((Vector256.Load(q + 48) - Widen(key + 48)) & tail);
                }

                float sum = Sum((a + b) + (c + d));
                if (q == end || sum >= limit) return sum;
                check = end;
            }
        }
    }

    // 3×5×5 RGB, not packed: one step a run.
    [MethodImpl(Jit.Hot)]
    private readonly float Squared355(byte* key)
    {
        Vector256<int> a = default, b = default, c = default;
        Vector256<short> tail = _tail;
        nint row = _keys.Row, frame = _keys.Frame;
        fixed (short* wide = _wide)
        {
            short* q = wide;
            for (int r = 0; r < 5; r++, q += 16, key += row)
            {
                a += PairsOfSquares((Vector256.Load(q) - Widen(key)) & tail);
                b += PairsOfSquares((Vector256.Load(q + (5 * 16)) - Widen(key + frame)) & tail);
                c += PairsOfSquares((Vector256.Load(q + (10 * 16)) - Widen(key + (2 * frame))) & tail);
            }
        }

        return Sum(a + b + c);
    }

    [MethodImpl(Jit.Hot)]
    private readonly float Squared(byte* key)
    {
        Vector256<int> sum = default;
        int last = (_run - 1) / 16 * 16;
        for (int f = 0; f < _frames; f++)
        {
            for (int r = 0; r < _rows; r++)
            {
                byte* q = _aim + (f * _query.Frame) + (r * _query.Row), k = key + (f * _keys.Frame) + (r * _keys.Row);
                for (int i = 0; i < last; i += 16) sum += PairsOfSquares(Widen(q + i) - Widen(k + i));
                sum += PairsOfSquares((Widen(q + last) - Widen(k + last)) & _tail);
            }
        }

        return Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widen(byte* at) => Simd.Widen(Vector128.Load(at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> PairsOfSquares(Vector256<short> d) => Simd.MultiplyAddPairs(d, d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector256<int> v) => Vector128.Sum(v.GetLower() + v.GetUpper());

    /// <summary>A volume laid out for patches of a certain number of frames.</summary>
    private readonly struct Packed
    {
        private readonly Volume<byte> _data;
        private readonly nint _pixel;

        private Packed(Volume<byte> data) => (_data, _pixel, Row, Frame) = (data, data.Channels, data.RowStride, data.FrameStride);

        /// <summary>Bytes from one row to the next.</summary>
        public nint Row { get; }

        /// <summary>Bytes from one frame to the next.</summary>
        public nint Frame { get; }

        public static Packed AsIs(Volume<byte> volume) => new(volume);

        public static Packed Pack(Volume<byte> volume, int frames)
        {
            Extent size = volume.Extent with { T = volume.Extent.T - frames + 1 };
            int channels = volume.Channels;
            var packed = new Volume<byte>(size, channels * frames);
            for (int t = 0; t < size.T; t++)
            {
                for (int f = 0; f < frames; f++)
                {
                    ReadOnlySpan<byte> from = volume.Frame(t + f);
                    Span<byte> to = packed.Frame(t);
                    for (int i = 0, j = f * channels; i < from.Length; j += channels * (frames - 1))
                        for (int c = 0; c < channels; c++) to[j++] = from[i++];
                }
            }

            return new Packed(packed);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public byte* At(int t, int h, int w) => _data.Pointer + (t * Frame) + (h * Row) + (w * _pixel);
    }
}
