using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Simd;

namespace Vgpnn.Kernels.Search;

/// <summary>
/// Candidate positions for the query patches of one row, collected first and measured together: vector comparisons select the candidates
/// and conditional moves keep the nearest, which avoids data-dependent branches. A mispredicted branch costs as much as several
/// distances. Each thread has one list.
/// </summary>
internal sealed unsafe class CandidateList
{
    [ThreadStatic]
    private static CandidateList? s_ofThread;

    // The indices of the set bits of each 8-bit mask, in ascending order.
    private static readonly int[] s_lanes = [.. Enumerable.Range(0, 256).SelectMany(mask =>
        Enumerable.Range(0, 8).Where(lane => ((mask >> lane) & 1) != 0).Concat(Enumerable.Repeat(0, 8)).Take(8))];

    private int[] _columns = [];
    private uint[] _positions = [];
    private float[] _distances = [];
    private int _count;

    /// <summary>Returns the calling thread's list, emptied, with room for <paramref name="capacity"/> candidates.</summary>
    public static CandidateList OfThread(int capacity)
    {
        CandidateList candidates = s_ofThread ??= new CandidateList();
        candidates._count = 0;
        if (candidates._columns.Length >= capacity + Vector256<int>.Count) return candidates;
        candidates._columns = GC.AllocateUninitializedArray<int>(capacity + Vector256<int>.Count, pinned: true);
        candidates._positions = GC.AllocateUninitializedArray<uint>(capacity + Vector256<int>.Count, pinned: true);
        candidates._distances = GC.AllocateUninitializedArray<float>(capacity + Vector256<int>.Count, pinned: true);
        return candidates;
    }

    /// <summary>Adds a candidate position for the query patch in column <paramref name="w"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int w, uint position)
    {
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_columns), _count) = w;
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_positions), _count) = position;
        _count++;
    }

    /// <summary>Adds candidates for the query patches in 8 columns starting at <paramref name="w"/>, for the lanes whose bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int w, Vector256<uint> positions, uint lanes)
    {
        if (!Avx2.IsSupported)
        {
            for (; lanes != 0; lanes &= lanes - 1)
            {
                int lane = BitOperations.TrailingZeroCount(lanes);
                Add(w + lane, positions.GetElement(lane));
            }

            return;
        }

        Vector256<int> chosen = Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(s_lanes), lanes * 8);
        (chosen + Vector256.Create(w)).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_columns), (nuint)_count);
        Avx2.PermuteVar8x32(positions, chosen.AsUInt32()).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_positions), (nuint)_count);
        _count += BitOperations.PopCount(lanes);
    }

    /// <summary>
    /// Measures the candidates of row <paramref name="h"/>, replaces matches by nearer candidates, and empties the list. On equal distances the
    /// current match wins, then the candidate that was added first.
    /// </summary>
    /// <param name="distance">Distance kernel; must have entered the row.</param>
    /// <param name="h">Row of the query grid.</param>
    /// <param name="positions">Key positions of the row's matches; updated.</param>
    /// <param name="distances">Distances of the row's matches; updated.</param>
    [MethodImpl(Jit.Hot)]
    public void Settle<T, TDistance>(ref TDistance distance, int h, Span<uint> positions, Span<float> distances)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        int* columns = (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_columns));
        uint* tried = (uint*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_positions));
        float* measured = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_distances));
        distance.Measure(h, columns, tried, _count, measured);

        // The bits of non-negative floats sort in the same order as their values.
        ref uint best = ref MemoryMarshal.GetReference(positions);
        ref int bits = ref Unsafe.As<float, int>(ref MemoryMarshal.GetReference(distances));
        for (int i = 0; i < _count; i++)
        {
            int w = columns[i], d = ((int*)measured)[i];
            uint position = tried[i];
            ref uint p = ref Unsafe.Add(ref best, w);
            ref int b = ref Unsafe.Add(ref bits, w);
            int before = b;
            uint at = p;
            b = d < before ? d : before;
            p = d < before ? position : at;
        }

        _count = 0;
    }
}
