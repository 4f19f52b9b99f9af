using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Vgpnn.Kernels.Simd;

/// <summary>Vector operations that the portable types lack, with a single instruction where the processor has one.</summary>
internal static class SimdOps
{
    /// <summary>Widens 16 bytes to 16-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Widen(Vector128<byte> v)
    {
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int16(v);
        (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(v);
        return Vector256.Create(low, high).AsInt16();
    }

    /// <summary>Widens 16 signed bytes to 16-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Widen(Vector128<sbyte> v)
    {
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int16(v);
        (Vector128<short> low, Vector128<short> high) = Vector128.Widen(v);
        return Vector256.Create(low, high);
    }

    /// <summary>Widens 8 bytes to 32-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256<int> WidenTwice(byte* at)
    {
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int32(at);
        (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(Vector128.WidenLower(Vector64.Load(at).ToVector128Unsafe()));
        return Vector256.Create(low, high).AsInt32();
    }

    /// <summary>
    /// Adds the products of bytes 4l to 4l + 3 to lane l. Four products and the sum fit into 32 bits, so nothing saturates and every
    /// instruction set gives the same sum over all lanes: one instruction with VNNI, pairs of 16-bit products without.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Dot(Vector256<int> sum, Vector256<byte> a, Vector256<sbyte> b)
    {
        if (AvxVnni.IsSupported) return AvxVnni.MultiplyWideningAndAdd(sum, a, b);

        // The lanes differ from VNNI's; callers use only the sum over all lanes.
        return sum + MultiplyAddPairs(Widen(a.GetLower()), Widen(b.GetLower())) + MultiplyAddPairs(Widen(a.GetUpper()), Widen(b.GetUpper()));
    }

    /// <summary>Lane l of the result is a(2l)·b(2l) + a(2l+1)·b(2l+1).</summary>
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
