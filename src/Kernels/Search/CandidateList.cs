using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Simd;

namespace Vgpnn.Kernels.Search;

/// <summary>
/// Places to try for the query patches of one row. They are collected first and measured together: what to try is decided
/// by comparing vectors, what is nearer by conditional moves, and so the processor never has to guess which way a
/// patch goes; a wrong guess costs as much as several distances. Each thread has one list.
/// </summary>
internal sealed unsafe class CandidateList
{
    [ThreadStatic]
    private static CandidateList? s_ofThread;

    // For every mask of 8 lanes the lanes that are set, in order.
    private static readonly int[] s_lanes = [.. Enumerable.Range(0, 256).SelectMany(mask =>
        Enumerable.Range(0, 8).Where(lane => ((mask >> lane) & 1) != 0).Concat(Enumerable.Repeat(0, 8)).Take(8))];

    private int[] _columns = [];
    private uint[] _places = [];
    private float[] _distances = [];
    private int _count;

    /// <summary>The calling thread's, emptied, with room for so many trials.</summary>
    public static CandidateList OfThread(int capacity)
    {
        CandidateList trials = s_ofThread ??= new CandidateList();
        trials._count = 0;
        if (trials._columns.Length >= capacity + Vector256<int>.Count) return trials;
        trials._columns = GC.AllocateUninitializedArray<int>(capacity + Vector256<int>.Count, pinned: true);
        trials._places = GC.AllocateUninitializedArray<uint>(capacity + Vector256<int>.Count, pinned: true);
        trials._distances = GC.AllocateUninitializedArray<float>(capacity + Vector256<int>.Count, pinned: true);
        return trials;
    }

    /// <summary>Adds one place to try for the query patch in column <paramref name="w"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int w, uint place)
    {
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_columns), _count) = w;
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_places), _count) = place;
        _count++;
    }

    /// <summary>Adds places for the query patches in 8 columns from <paramref name="w"/> on: those of the lanes whose bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int w, Vector256<uint> places, uint lanes)
    {
        if (!Avx2.IsSupported)
        {
            for (; lanes != 0; lanes &= lanes - 1)
            {
                int lane = BitOperations.TrailingZeroCount(lanes);
                Add(w + lane, places.GetElement(lane));
            }

            return;
        }

        Vector256<int> chosen = Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(s_lanes), lanes * 8);
        (chosen + Vector256.Create(w)).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_columns), (nuint)_count);
        Avx2.PermuteVar8x32(places, chosen.AsUInt32()).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_places), (nuint)_count);
        _count += BitOperations.PopCount(lanes);
    }

    /// <summary>
    /// Measures what was added for row <paramref name="h"/>, keeps what is nearer than the match so far, and empties the list. Of equally
    /// near places the match so far stays, then the one that was added first.
    /// </summary>
    /// <param name="distance">Has entered the row.</param>
    /// <param name="h">The row.</param>
    /// <param name="places">Its matches' places.</param>
    /// <param name="distances">Their distances.</param>
    [MethodImpl(Jit.Hot)]
    public void Settle<T, TDistance>(ref TDistance distance, int h, Span<uint> places, Span<float> distances)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        int* columns = (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_columns));
        uint* tried = (uint*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_places));
        float* measured = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_distances));
        distance.Measure(h, columns, tried, _count, measured);

        // Distances are not negative, so their bits are ordered as they are.
        ref uint best = ref MemoryMarshal.GetReference(places);
        ref int bits = ref Unsafe.As<float, int>(ref MemoryMarshal.GetReference(distances));
        for (int i = 0; i < _count; i++)
        {
            int w = columns[i], d = ((int*)measured)[i];
            uint place = tried[i];
            ref uint p = ref Unsafe.Add(ref best, w);
            ref int b = ref Unsafe.Add(ref bits, w);
            int before = b;
            uint at = p;
            b = d < before ? d : before;
            p = d < before ? place : at;
        }

        _count = 0;
    }
}
