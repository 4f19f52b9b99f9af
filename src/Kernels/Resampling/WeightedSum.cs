using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Resampling;

/// <summary>Weighted sums of runs of components: the inner loop of resampling and of patch descriptors.</summary>
internal static class WeightedSum
{
    /// <summary>
    /// Sets target[i] to the sum over j of weight[j] · source[starts[j] + i]. Lanes are adjacent components; each lane adds its terms in
    /// ascending order without fused multiply-adds, so vectors of any width and the scalar tail give identical bits.
    /// </summary>
    [MethodImpl(Jit.Hot)]
    public static void Rows<T>(T[] source, ReadOnlySpan<int> starts, ReadOnlySpan<float> weight, Span<float> target)
        where T : unmanaged
    {
        ref T samples = ref MemoryMarshal.GetArrayDataReference(source);
        int i = 0;
        for (; i <= target.Length - 16; i += 16)
        {
            Vector256<float> a = Vector256<float>.Zero, b = Vector256<float>.Zero;
            for (int j = 0; j < weight.Length; j++)
            {
                var w = Vector256.Create(weight[j]);
                (Vector256<float> x, Vector256<float> y) = Load16(ref Unsafe.Add(ref samples, starts[j] + i));
                a += w * x;
                b += w * y;
            }

            a.CopyTo(target[i..]);
            b.CopyTo(target[(i + 8)..]);
        }

        for (; i < target.Length; i++)
        {
            float sum = 0;
            for (int j = 0; j < weight.Length; j++) sum += weight[j] * Component.Load(Unsafe.Add(ref samples, starts[j] + i));
            target[i] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) Load16<T>(ref T at)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            ref float f = ref Unsafe.As<T, float>(ref at);
            return (Vector256.LoadUnsafe(ref f), Vector256.LoadUnsafe(ref f, 8));
        }

        Vector128<byte> bytes = Vector128.LoadUnsafe(ref Unsafe.As<T, byte>(ref at));
        (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(bytes);
        return (ToFloat(low), ToFloat(high));
    }

    private static Vector256<float> ToFloat(Vector128<ushort> v)
    {
        (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(v);
        return Vector256.ConvertToSingle(Vector256.Create(low, high).AsInt32());
    }
}
