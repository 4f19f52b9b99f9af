using System.Runtime.CompilerServices;
using ILGPU;

namespace Vgpnn.Kernels.Gpu.Shapes;

/// <summary>
/// Counts the work of a launch, if measured: patch distances begun, and rows of patches compared. The first thread of each group writes
/// to the group's own slot, because atomic operations differ between devices.
/// </summary>
internal static class Counting
{
    /// <summary>Counters per group.</summary>
    public const int Counters = 2;

    /// <summary>Writes the counts of a group. All threads of the group must call it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<TPatch, TGroup, TMeasured>(ArrayView<ulong> counts, uint evaluations, uint rows)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
        where TMeasured : struct, IFlag
    {
        if (!TMeasured.On) return;
        ArrayView<uint> parts = SharedMemory.Allocate<uint>(Counters * TGroup.W * TGroup.H);
        int thread = Tile<TPatch, TGroup>.Thread;
        parts[thread * Counters] = evaluations;
        parts[(thread * Counters) + 1] = rows;
        Group.Barrier();
        if (thread != 0) return;
        ulong evaluated = 0, compared = 0;
        for (int i = 0; i < TGroup.W * TGroup.H; i++)
        {
            evaluated += parts[i * Counters];
            compared += parts[(i * Counters) + 1];
        }

        int slot = ((((Grid.IdxZ * Grid.DimY) + Grid.IdxY) * Grid.DimX) + Grid.IdxX) * Counters;
        counts[slot] = evaluated;
        counts[slot + 1] = compared;
    }
}
