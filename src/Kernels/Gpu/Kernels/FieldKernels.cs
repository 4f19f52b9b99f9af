using ILGPU;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>Arguments of kernels that process distances.</summary>
internal struct FieldArguments
{
    /// <summary>Distance between each patch and its match.</summary>
    public ArrayView<uint> Distances;

    /// <summary>Weight of each voxel of K.</summary>
    public ArrayView<uint> Weights;

    /// <summary>Sums, one for each group of each sample.</summary>
    public ArrayView<ulong> Sums;

    /// <summary>Size of K.</summary>
    public Size Size;

    /// <summary>Grid of key patches.</summary>
    public Size Grid;

    /// <summary>α in squared byte units.</summary>
    public ulong Alpha;

    /// <summary>Distances per sample.</summary>
    public int Each;

    /// <summary>Total number of distances.</summary>
    public int Count;
}

/// <summary>Arguments of the throughput measurement.</summary>
internal struct PeakArguments
{
    /// <summary>One result per thread.</summary>
    public ArrayView<int> Result;

    /// <summary>Iterations per thread.</summary>
    public int Rounds;
}

/// <summary>Kernels that process distances, and a throughput measurement.</summary>
internal static class FieldKernels
{
    /// <summary>
    /// Computes completeness weights by position: 2⁴⁰ / (α + distance of the key to its nearest query), at most 32 bits, and 0 where no key
    /// patch begins.
    /// </summary>
    public static void CompletenessWeights(FieldArguments a)
    {
        int i = ResampleKernels.First();
        if (i >= a.Count) return;
        int sample = i / a.Each, position = i - (sample * a.Each);
        SearchKernels.Split((uint)position, a.Size, out int t, out int h, out int w);
        uint weight = 0;
        if (t < a.Grid.T && h < a.Grid.H && w < a.Grid.W)
            weight = (uint)Math.Min((1UL << 40) / (a.Alpha + a.Distances[(sample * a.Grid.Next) + (((t * a.Grid.H) + h) * a.Grid.W) + w]), uint.MaxValue);
        a.Weights[i] = weight;
    }

    /// <summary>Sums distances per group and sample; the host adds the group sums.</summary>
    /// <typeparam name="TGroup">A shape with as many threads as a group of the launch.</typeparam>
    public static void Sum<TGroup>(FieldArguments a)
        where TGroup : struct, IGroup
    {
        ArrayView<ulong> parts = SharedMemory.Allocate<ulong>(TGroup.W * TGroup.H);
        int thread = Group.IdxX;
        long first = (long)Grid.IdxY * a.Each;
        ulong sum = 0;
        for (int i = ResampleKernels.First(); i < a.Each; i += Grid.DimX * Group.DimX) sum += a.Distances[first + i];
        parts[thread] = sum;
        for (int apart = TGroup.W * TGroup.H / 2; apart > 0; apart >>= 1)
        {
            Group.Barrier();
            if (thread < apart) parts[thread] += parts[thread + apart];
        }

        if (thread == 0) a.Sums[(Grid.IdxY * Grid.DimX) + Grid.IdxX] = parts[0];
    }

    /// <summary>Measures integer throughput with four independent chains, so that no operation waits for the previous one.</summary>
    public static void Peak(PeakArguments p)
    {
        int i = ResampleKernels.First(), a = i, b = a + 1, c = a + 2, d = a + 3;
        for (int round = 0; round < p.Rounds; round++)
        {
            a = (a * 3) + round;
            b = (b * 5) + round;
            c = (c * 7) + round;
            d = (d * 9) + round;
        }

        // Stores the result, so that the compiler does not eliminate the computation.
        p.Result[i] = a ^ b ^ c ^ d;
    }
}
