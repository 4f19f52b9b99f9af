using System.Runtime.CompilerServices;
using ILGPU;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>Arguments of the voting kernels.</summary>
internal struct VoteArguments
{
    /// <summary>V, shared by all samples.</summary>
    public ArrayView<uint> Values;

    /// <summary>Position of each output patch's match.</summary>
    public ArrayView<uint> Positions;

    /// <summary>Receives the outputs.</summary>
    public ArrayView<uint> Output;

    /// <summary>Weights of candidates by the voxel's position in the patch, for means.</summary>
    public ArrayView<uint> Weights;

    /// <summary>Whether each voxel of an output is computed, for masked votes.</summary>
    public ArrayView<byte> Mask;

    /// <summary>Size of V.</summary>
    public Size ValueSize;

    /// <summary>Size of an output.</summary>
    public Size OutputSize;
}

/// <summary>Folds matched patches into volumes.</summary>
internal static class VoteKernels
{
    /// <summary>
    /// Lower median of all candidates per channel. Keeps only the range of the candidates, which is repeatedly halved: one pass over the
    /// candidates is enough where all agree, which is the case in most of a converged sample; eight more passes are the maximum.
    /// </summary>
    public static void Median<TPatch, TGroup, TMasked>(VoteArguments a)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
        where TMasked : struct, IFlag
    {
        ArrayView<uint> matches = SharedMemory.Allocate<uint>(Tile<TPatch, TGroup>.Count);
        if (!Begin<TPatch, TGroup, TMasked>(a, matches, out long at)) return;
        int own = Tile<TPatch, TGroup>.Own, row = a.ValueSize.W, frame = a.ValueSize.W * a.ValueSize.H;
        int lowX = 255, lowY = 255, lowZ = 255, lowW = 255, highX = 0, highY = 0, highZ = 0, highW = 0, candidates = 0;
        for (int f = 0; f < TPatch.T; f++)
        {
            for (int r = 0; r < TPatch.H; r++)
            {
                int line = own + (((f * Tile<TPatch, TGroup>.H) + r) * Tile<TPatch, TGroup>.W);
                int offset = ((TPatch.T - 1 - f) * frame) + ((TPatch.H - 1 - r) * row) + TPatch.W - 1;
                for (int c = 0; c < TPatch.W; c++)
                {
                    uint match = matches[line + c];
                    if (match == Voxels.Nowhere) continue;
                    uint value = a.Values[(int)match + offset - c];
                    int x = Voxels.Channel(value, 0), y = Voxels.Channel(value, 1), z = Voxels.Channel(value, 2), w = Voxels.Channel(value, 3);
                    lowX = Math.Min(lowX, x);
                    lowY = Math.Min(lowY, y);
                    lowZ = Math.Min(lowZ, z);
                    lowW = Math.Min(lowW, w);
                    highX = Math.Max(highX, x);
                    highY = Math.Max(highY, y);
                    highZ = Math.Max(highZ, z);
                    highW = Math.Max(highW, w);
                    candidates++;
                }
            }
        }

        // The lower median is the smallest x such that more than (n − 1) / 2 candidates are at most x.
        int rank = (candidates - 1) / 2;
        while (lowX != highX || lowY != highY || lowZ != highZ || lowW != highW)
        {
            int middleX = (lowX + highX) >> 1, middleY = (lowY + highY) >> 1, middleZ = (lowZ + highZ) >> 1, middleW = (lowW + highW) >> 1;
            int belowX = 0, belowY = 0, belowZ = 0, belowW = 0;
            for (int f = 0; f < TPatch.T; f++)
            {
                for (int r = 0; r < TPatch.H; r++)
                {
                    int line = own + (((f * Tile<TPatch, TGroup>.H) + r) * Tile<TPatch, TGroup>.W);
                    int offset = ((TPatch.T - 1 - f) * frame) + ((TPatch.H - 1 - r) * row) + TPatch.W - 1;
                    for (int c = 0; c < TPatch.W; c++)
                    {
                        uint match = matches[line + c];
                        if (match == Voxels.Nowhere) continue;
                        uint value = a.Values[(int)match + offset - c];
                        belowX += Voxels.Channel(value, 0) <= middleX ? 1 : 0;
                        belowY += Voxels.Channel(value, 1) <= middleY ? 1 : 0;
                        belowZ += Voxels.Channel(value, 2) <= middleZ ? 1 : 0;
                        belowW += Voxels.Channel(value, 3) <= middleW ? 1 : 0;
                    }
                }
            }

            Halve(belowX > rank, middleX, ref lowX, ref highX);
            Halve(belowY > rank, middleY, ref lowY, ref highY);
            Halve(belowZ > rank, middleZ, ref lowZ, ref highZ);
            Halve(belowW > rank, middleW, ref lowW, ref highW);
        }

        a.Output[at] = (uint)(lowX | (lowY << 8) | (lowZ << 16)) | ((uint)lowW << 24);
    }

    /// <summary>Mean with integer weights by position in the patch; rounds half up.</summary>
    public static void Mean<TPatch, TGroup, TMasked>(VoteArguments a)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
        where TMasked : struct, IFlag
    {
        ArrayView<uint> matches = SharedMemory.Allocate<uint>(Tile<TPatch, TGroup>.Count);
        if (!Begin<TPatch, TGroup, TMasked>(a, matches, out long at)) return;
        int own = Tile<TPatch, TGroup>.Own, row = a.ValueSize.W, frame = a.ValueSize.W * a.ValueSize.H;
        ulong x = 0, y = 0, z = 0, w = 0, total = 0;
        for (int f = 0; f < TPatch.T; f++)
        {
            for (int r = 0; r < TPatch.H; r++)
            {
                for (int c = 0; c < TPatch.W; c++)
                {
                    uint match = matches[own + (((f * Tile<TPatch, TGroup>.H) + r) * Tile<TPatch, TGroup>.W) + c];
                    if (match == Voxels.Nowhere) continue;
                    int dt = TPatch.T - 1 - f, dh = TPatch.H - 1 - r, dw = TPatch.W - 1 - c;
                    ulong weight = a.Weights[(((dt * TPatch.H) + dh) * TPatch.W) + dw];
                    uint value = a.Values[(int)match + (dt * frame) + (dh * row) + dw];
                    x += (ulong)Voxels.Channel(value, 0) * weight;
                    y += (ulong)Voxels.Channel(value, 1) * weight;
                    z += (ulong)Voxels.Channel(value, 2) * weight;
                    w += (ulong)Voxels.Channel(value, 3) * weight;
                    total += weight;
                }
            }
        }

        a.Output[at] = Rounded(x, total) | (Rounded(y, total) << 8) | (Rounded(z, total) << 16) | (Rounded(w, total) << 24);
    }

    // Loads the matches of all patches that cover the group's voxels; returns whether this thread has a voxel to compute.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Begin<TPatch, TGroup, TMasked>(VoteArguments a, ArrayView<uint> matches, out long at)
        where TPatch : struct, IPatch
        where TGroup : struct, IGroup
        where TMasked : struct, IFlag
    {
        Size size = a.OutputSize;
        int gridT = size.T - TPatch.T + 1, gridH = size.H - TPatch.H + 1, gridW = size.W - TPatch.W + 1;
        int w0 = Grid.IdxX * TGroup.W, h0 = Grid.IdxY * TGroup.H, sample = Grid.IdxZ / size.T, t = Grid.IdxZ % size.T;
        int w = w0 + Group.IdxX, h = h0 + Group.IdxY;
        long patches = (long)gridT * gridH * gridW;
        ArrayView<uint> positions = a.Positions.SubView(sample * patches, patches);
        for (int i = Tile<TPatch, TGroup>.Thread; i < Tile<TPatch, TGroup>.Count; i += Tile<TPatch, TGroup>.Threads)
        {
            int row = i / Tile<TPatch, TGroup>.W;
            int pw = w0 + (i % Tile<TPatch, TGroup>.W) - (TPatch.W - 1);
            int ph = h0 + (row % Tile<TPatch, TGroup>.H) - (TPatch.H - 1), pt = t + (row / Tile<TPatch, TGroup>.H) - (TPatch.T - 1);
            bool exists = (uint)pw < (uint)gridW && (uint)ph < (uint)gridH && (uint)pt < (uint)gridT;
            uint match = Voxels.Nowhere;
            if (exists) match = positions[(((pt * gridH) + ph) * gridW) + pw];
            matches[i] = match;
        }

        Group.Barrier();
        int voxel = (((t * size.H) + h) * size.W) + w;
        at = (sample * size.Next) + voxel;
        bool wanted = w < size.W && h < size.H;
        if (TMasked.On)
        {
            if (wanted) wanted = a.Mask[voxel] != 0;
        }

        return wanted;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halve(bool enough, int middle, ref int low, ref int high)
    {
        low = enough ? low : middle + 1;
        high = enough ? middle : high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Rounded(ulong sum, ulong total) => (uint)(((sum * 2) + total) / (2 * total));
}
