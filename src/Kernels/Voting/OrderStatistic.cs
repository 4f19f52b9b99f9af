using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;

namespace Vgpnn.Kernels.Voting;

/// <summary>Selects order statistics of many columns of signed integers in parallel.</summary>
internal static class OrderStatistic
{
    /// <summary>Bit from which on the remaining candidates of a 32-bit answer are checked for being equal; few usually remain.</summary>
    private const int LookFromBit = 12;

    /// <summary>
    /// Returns the value of the given rank (0 is the smallest) of each of as many adjacent columns as a vector has lanes, among
    /// <paramref name="rows"/> rows at a distance of <paramref name="stride"/>.
    /// <para>
    /// Lane l is column l. The answer is built from the highest bit down: it is the largest x with at most `rank` smaller values, so a bit is
    /// set if at most `rank` values are below the result. Bits that are equal in all values are skipped; if all bits are, the answer is
    /// known at once. There is no data-dependent branch within a row.
    /// </para>
    /// </summary>
    /// <param name="values">Values; row 0 of column 0 is at <paramref name="start"/>.</param>
    /// <param name="start">Index of the first value.</param>
    /// <param name="stride">Values from one row to the next.</param>
    /// <param name="rows">Number of rows; at most 255 for 8-bit values, because counts have the width of the values.</param>
    /// <param name="biasedRank">Rank plus the type's minimum, so that counts use the whole range.</param>
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
            // Addition sets the bit; for the sign bit it overflows from the minimum to 0.
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

    // Minimum and maximum of the values in [x, x + 2^bit): if they are equal in every column, they are the answer.
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
