using ILGPU;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>Distances, and what is made of them.</summary>
internal struct FieldArguments
{
    /// <summary>Distances of patches to their matches.</summary>
    public ArrayView<uint> Distances;

    /// <summary>A weight for every voxel of K.</summary>
    public ArrayView<uint> Weights;

    /// <summary>Sums, one for each group of each sample.</summary>
    public ArrayView<ulong> Sums;

    /// <summary>Size of K.</summary>
    public Size Size;

    /// <summary>The grid of key patches.</summary>
    public Size Grid;

    /// <summary>α in squares of bytes.</summary>
    public ulong Alpha;

    /// <summary>Numbers of a sample.</summary>
    public int Each;

    /// <summary>Numbers in all.</summary>
    public int Count;
}

/// <summary>What measures how fast a device computes.</summary>
internal struct PeakArguments
{
    /// <summary>A number for each thread.</summary>
    public ArrayView<int> Result;

    /// <summary>Steps of a thread.</summary>
    public int Rounds;
}

/// <summary>What is made of distances, and how fast a device computes.</summary>
internal static class FieldKernels
{
    /// <summary>
    /// Weights that make a search use all of the keys, by place: 2⁴⁰ / (α + the key's distance to its nearest query), at most 32 bits, and 0
    /// where no key patch begins.
    /// </summary>
    public static void CompletenessWeights(FieldArguments a)
    {
        int i = ResampleKernels.First();
        if (i >= a.Count) return;
        int sample = i / a.Each, place = i - (sample * a.Each);
        SearchKernels.Split((uint)place, a.Size, out int t, out int h, out int w);
        uint weight = 0;
        if (t < a.Grid.T && h < a.Grid.H && w < a.Grid.W)
            weight = (uint)Math.Min((1UL << 40) / (a.Alpha + a.Distances[(sample * a.Grid.Next) + (((t * a.Grid.H) + h) * a.Grid.W) + w]), uint.MaxValue);
        a.Weights[i] = weight;
    }

    /// <summary>Sums of distances, one for each group of each sample; the host adds them.</summary>
    /// <typeparam name="TGroup">Has as many threads as a group of the launch.</typeparam>
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

    /// <summary>How many whole-number operations a device does in a second: four chains, so that no step waits for the one before it.</summary>
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

        // What nobody reads a compiler leaves out.
        p.Result[i] = a ^ b ^ c ^ d;
    }
}
