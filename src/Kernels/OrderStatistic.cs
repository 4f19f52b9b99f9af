using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vgpnn.Kernels;

/// <summary>Order statistics of eight columns of integers at once.</summary>
internal static class OrderStatistic
{
    /// <summary>Once the answer is known down to this bit, the few candidates that are left usually are one value.</summary>
    private const int LookFromBit = 12;

    /// <summary>
    /// For each of eight neighbouring columns the value of the given rank (0 is the smallest) among <paramref name="rows"/>
    /// rows that are <paramref name="stride"/> apart.
    /// <para>
    /// Lane l is column l. The answer is built from its highest bit down: x is the largest number with at most `rank`
    /// values below it, so a bit stays set if no more than `rank` values are below what it gives. Bits that all values
    /// of all columns share are not asked for, and the search ends early when every column's remaining range holds one
    /// distinct value. There is no branch on data within a row; a median of 147 costs a hundredth of sorting.
    /// </para>
    /// </summary>
    public static Vector256<int> Select(int[] values, int start, int stride, int rows, Vector256<int> rank)
    {
        ref int first = ref MemoryMarshal.GetArrayDataReference(values);
        Vector256<int> low = Vector256.Create(int.MaxValue), high = Vector256.Create(int.MinValue);
        nuint at = (nuint)start;
        for (int i = 0; i < rows; i++, at += (nuint)stride)
        {
            Vector256<int> v = Vector256.LoadUnsafe(ref first, at);
            low = Vector256.Min(low, v);
            high = Vector256.Max(high, v);
        }

        uint differing = Any(low ^ high);
        if (differing == 0) return low;
        int bit = BitOperations.Log2(differing);
        Vector256<int> x = low & Vector256.Create((int)(uint.MaxValue << bit << 1));
        if (bit == 31) x = Vector256.Create(int.MinValue);
        for (; bit >= 0; bit--)
        {
            // Above int.MinValue an added bit is an or; at bit 31 it turns int.MinValue into 0. Both are this addition.
            Vector256<int> trial = x + Vector256.Create(1 << bit);
            Vector256<int> below = Vector256<int>.Zero, other = Vector256<int>.Zero;
            at = (nuint)start;
            int i = 0;
            for (; i < rows - 1; i += 2, at += 2 * (nuint)stride)
            {
                below -= Vector256.LessThan(Vector256.LoadUnsafe(ref first, at), trial);
                other -= Vector256.LessThan(Vector256.LoadUnsafe(ref first, at + (nuint)stride), trial);
            }

            if (i < rows) below -= Vector256.LessThan(Vector256.LoadUnsafe(ref first, at), trial);
            x = Vector256.ConditionalSelect(Vector256.GreaterThan(below + other, rank), x, trial);
            if (bit == LookFromBit && Remaining(ref first, start, stride, rows, x, bit, out Vector256<int> answer)) return answer;
        }

        return x;
    }

    // Smallest and largest value in [x, x + 2^bit): if they agree in every column, they are the answer.
    private static bool Remaining(ref int first, int start, int stride, int rows, Vector256<int> x, int bit, out Vector256<int> answer)
    {
        Vector256<int> last = x + Vector256.Create((1 << bit) - 1);
        Vector256<int> low = Vector256.Create(int.MaxValue), high = Vector256.Create(int.MinValue);
        nuint at = (nuint)start;
        for (int i = 0; i < rows; i++, at += (nuint)stride)
        {
            Vector256<int> v = Vector256.LoadUnsafe(ref first, at);
            low = Vector256.Min(low, Vector256.ConditionalSelect(Vector256.LessThan(v, x), low, v));
            high = Vector256.Max(high, Vector256.ConditionalSelect(Vector256.GreaterThan(v, last), high, v));
        }

        answer = low;
        return low == high;
    }

    private static uint Any(Vector256<int> v)
    {
        Vector128<int> four = v.GetLower() | v.GetUpper();
        return (uint)(four.GetElement(0) | four.GetElement(1) | four.GetElement(2) | four.GetElement(3));
    }
}
