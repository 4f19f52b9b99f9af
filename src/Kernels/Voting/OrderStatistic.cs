using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;

namespace Vgpnn.Kernels.Voting;

/// <summary>Order statistics of many columns of signed integers at once.</summary>
internal static class OrderStatistic
{
    /// <summary>Once a 32-bit answer is known down to this bit, the few candidates that are left usually are one value.</summary>
    private const int LookFromBit = 12;

    /// <summary>
    /// For each of as many neighbouring columns as a vector has lanes the value of the given rank (0 is the smallest) among
    /// <paramref name="rows"/> rows that are <paramref name="stride"/> apart.
    /// <para>
    /// Lane l is column l. The answer is built from its highest bit down: it is the largest x with at most `rank` values
    /// below it, so a bit is set if no more than `rank` values are below what setting it gives. Bits that all values of
    /// all columns share are not asked for, and nothing is asked where they share all. There is no branch on data
    /// within a row.
    /// </para>
    /// </summary>
    /// <param name="values">Row 0 of column 0 is at <paramref name="start"/>.</param>
    /// <param name="start">Index of the first value.</param>
    /// <param name="stride">Values from one row to the next.</param>
    /// <param name="rows">Rows; at most 255 for 8-bit values, because the counts are as wide as the values.</param>
    /// <param name="biasedRank">Rank plus the smallest number of the type, so that counts use its whole range.</param>
    [MethodImpl(Jit.Hot)]
    public static Vector256<C> Select<C>(C[] values, int start, int stride, int rows, Vector256<C> biasedRank)
        where C : unmanaged, IBinaryInteger<C>, IMinMaxValue<C>
    {
        ref C first = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(values), start);
        Vector256<C> low = Vector256.Create(C.MaxValue), high = Vector256.Create(C.MinValue);
        nuint at = 0;
        for (int i = 0; i < rows; i++, at += (nuint)stride)
        {
            Vector256<C> v = Vector256.LoadUnsafe(ref first, at);
            low = Vector256.Min(low, v);
            high = Vector256.Max(high, v);
        }

        if (low == high) return low;
        int width = Unsafe.SizeOf<C>() * 8;
        int bit = HighestBit(low ^ high);
        Vector256<C> x = bit == width - 1 ? Vector256.Create(C.MinValue) : low & Vector256.Create((C.AllBitsSet << bit) << 1);
        for (; bit >= 0; bit--)
        {
            // Adding is setting the bit; at the sign bit it turns the smallest number into 0, by overflow.
            Vector256<C> trial = x + Vector256.Create(C.One << bit);
            Vector256<C> below = Vector256.Create(C.MinValue), more = Vector256<C>.Zero;
            at = 0;
            int i = 0;
            for (; i < rows - 1; i += 2, at += 2 * (nuint)stride)
            {
                below -= Vector256.LessThan(Vector256.LoadUnsafe(ref first, at), trial);
                more -= Vector256.LessThan(Vector256.LoadUnsafe(ref first, at + (nuint)stride), trial);
            }

            if (i < rows) below -= Vector256.LessThan(Vector256.LoadUnsafe(ref first, at), trial);
            x = Vector256.ConditionalSelect(Vector256.GreaterThan(below + more, biasedRank), x, trial);
            if (width > 8 && bit == LookFromBit && OneValueLeft(ref first, stride, rows, x, bit, out Vector256<C> answer)) return answer;
        }

        return x;
    }

    // Smallest and largest value in [x, x + 2^bit): if they agree in every column, they are the answer.
    private static bool OneValueLeft<C>(ref C first, int stride, int rows, Vector256<C> x, int bit, out Vector256<C> answer)
        where C : unmanaged, IBinaryInteger<C>, IMinMaxValue<C>
    {
        Vector256<C> last = x + Vector256.Create((C.One << bit) - C.One);
        Vector256<C> low = Vector256.Create(C.MaxValue), high = Vector256.Create(C.MinValue);
        nuint at = 0;
        for (int i = 0; i < rows; i++, at += (nuint)stride)
        {
            Vector256<C> v = Vector256.LoadUnsafe(ref first, at);
            low = Vector256.Min(low, Vector256.ConditionalSelect(Vector256.LessThan(v, x), low, v));
            high = Vector256.Max(high, Vector256.ConditionalSelect(Vector256.GreaterThan(v, last), high, v));
        }

        answer = low;
        return low == high;
    }

    // The highest bit that is set in any lane.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int HighestBit<C>(Vector256<C> v)
        where C : unmanaged, IBinaryInteger<C>
    {
        int width = Unsafe.SizeOf<C>() * 8;
        Vector128<ulong> two = (v.GetLower() | v.GetUpper()).AsUInt64();
        ulong all = two.GetElement(0) | two.GetElement(1);
        ulong lane = 0;
        for (int shift = 0; shift < 64; shift += width) lane |= all >> shift;
        return BitOperations.Log2(lane & (ulong.MaxValue >> (64 - width)));
    }
}
