using System.Runtime.CompilerServices;
using ILGPU;

namespace Vgpnn.Kernels.Gpu.Shapes;

/// <summary>
/// Counts what a launch does, where that is measured: patch distances that were begun, and rows of patches that were compared. Every group
/// has a slot of its own that its first thread writes, because atomic operations are not the same on all devices.
/// </summary>
internal static class Counting
{
    /// <summary>Numbers of a group.</summary>
    public const int Counters = 2;

    /// <summary>Writes a group's counts. All threads of the group have to come here.</summary>
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
