using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Vgpnn.Kernels.Simd;

/// <summary>What the portable vector types lack, with the one instruction where there is one.</summary>
internal static class SimdOps
{
    /// <summary>16 bytes as 16-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Widen(Vector128<byte> v)
    {
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int16(v);
        (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(v);
        return Vector256.Create(low, high).AsInt16();
    }

    /// <summary>16 signed bytes as 16-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Widen(Vector128<sbyte> v)
    {
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int16(v);
        (Vector128<short> low, Vector128<short> high) = Vector128.Widen(v);
        return Vector256.Create(low, high);
    }

    /// <summary>8 bytes as 32-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256<int> WidenTwice(byte* at)
    {
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int32(at);
        (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(Vector128.WidenLower(Vector64.Load(at).ToVector128Unsafe()));
        return Vector256.Create(low, high).AsInt32();
    }

    /// <summary>
    /// Adds to lane l the products of the bytes 4l to 4l + 3. Four of them and the sum fit, so nothing saturates and every
    /// instruction set gives the same: one instruction where there is VNNI, pairs of 16-bit products elsewhere.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Dot(Vector256<int> sum, Vector256<byte> a, Vector256<sbyte> b)
    {
        if (AvxVnni.IsSupported) return AvxVnni.MultiplyWideningAndAdd(sum, a, b);

        // Other lanes than with VNNI; only the sum over all lanes is ever asked for.
        return sum + MultiplyAddPairs(Widen(a.GetLower()), Widen(b.GetLower())) + MultiplyAddPairs(Widen(a.GetUpper()), Widen(b.GetUpper()));
    }

    /// <summary>Lane l is a(2l)·b(2l) + a(2l+1)·b(2l+1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAddPairs(Vector256<short> a, Vector256<short> b) =>
        Avx2.IsSupported
            ? Avx2.MultiplyAddAdjacent(a, b)
            : Vector256.Create(MultiplyAddPairs(a.GetLower(), b.GetLower()), MultiplyAddPairs(a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MultiplyAddPairs(Vector128<short> a, Vector128<short> b)
    {
        if (Sse2.IsSupported) return Sse2.MultiplyAddAdjacent(a, b);
        if (AdvSimd.Arm64.IsSupported)
        {
            return AdvSimd.Arm64.AddPairwise(
                AdvSimd.MultiplyWideningLower(a.GetLower(), b.GetLower()), AdvSimd.MultiplyWideningUpper(a, b));
        }

        (Vector128<int> lowA, Vector128<int> highA) = Vector128.Widen(a);
        (Vector128<int> lowB, Vector128<int> highB) = Vector128.Widen(b);
        Vector128<int> low = lowA * lowB, high = highA * highB;
        return Vector128.Create(
            low.GetElement(0) + low.GetElement(1), low.GetElement(2) + low.GetElement(3),
            high.GetElement(0) + high.GetElement(1), high.GetElement(2) + high.GetElement(3));
    }
}
