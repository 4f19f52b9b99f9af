using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;

namespace Vgpnn.Kernels.Networks.Raft.Correlations;

/// <summary>Computes correlations at every lookup: linear in memory, and slower where the volume would fit.</summary>
internal sealed unsafe class CorrelationOnDemand(FeatureMap first, FeatureMap[] levels, int radius) : Correlation(levels, radius)
{
    /// <inheritdoc/>
    [MethodImpl(Jit.Hot)]
    protected override void Gather(int level, int h, int w, int y, int x, float* square)
    {
        FeatureMap second = Levels[level];
        float scale = 1 / MathF.Sqrt(second.Channels);
        float* a = first.At(0, h, w);
        for (int i = 0; i < Square; i++, square += Pitch)
        {
            for (int j = 0; j < Square; j++)
            {
                bool inside = y + i >= 0 && y + i < second.Extent.H && x + j >= 0 && x + j < second.Extent.W;
                square[j] = inside ? Product(a, second.At(0, y + i, x + j), second.Channels) * scale : 0;
            }
        }
    }

    // Lanes are added in a fixed order, which is the same on every machine.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Product(float* a, float* b, int count)
    {
        Vector512<float> sum = Vector512<float>.Zero, other = Vector512<float>.Zero;
        for (int i = 0; i < count; i += 32)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), sum);
            other = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 16), Vector512.Load(b + i + 16), other);
        }

        sum += other;
        Vector256<float> eight = sum.GetLower() + sum.GetUpper();
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        Vector64<float> two = four.GetLower() + four.GetUpper();
        return two.GetElement(0) + two.GetElement(1);
    }
}
