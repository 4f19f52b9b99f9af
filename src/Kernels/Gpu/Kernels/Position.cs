using System.Runtime.CompilerServices;
using ILGPU;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>Which query patch of which sample a thread works on.</summary>
internal struct Position<TPatch, TGroup>
    where TPatch : struct, IPatch
    where TGroup : struct, IGroup
{
    /// <summary>The sample of the batch.</summary>
    public int Sample;

    /// <summary>The patch's frame, row and column.</summary>
    public int T, H, W;

    /// <summary>The group's first row and column.</summary>
    public int H0, W0;

    /// <summary>The grid of patches.</summary>
    public int GridT, GridH, GridW;

    /// <summary>Whether the grid has such a patch: groups at its border reach beyond.</summary>
    public bool IsInside;

    /// <summary>The patch's number in its grid.</summary>
    public int Patch;

    /// <summary>The number of the sample's first patch in the batch.</summary>
    public long First;

    /// <summary>Whether the patch keeps its match because nothing has changed around it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsSettled(SearchArguments a)
    {
        if (a.SkipsUnchanged == 0) return false;
        int rows = (GridH + ShapingKernels.BlockH - 1) / ShapingKernels.BlockH, columns = (GridW + ShapingKernels.BlockW - 1) / ShapingKernels.BlockW;
        int block = (((((Sample * GridT) + T) * rows) + (H / ShapingKernels.BlockH)) * columns) + (W / ShapingKernels.BlockW);
        return a.Unchanged[block] != 0;
    }

#pragma warning disable CA1000 // As in Shapes.cs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Position<TPatch, TGroup> Of(Size query)
#pragma warning restore CA1000
    {
        Position<TPatch, TGroup> here = default;
        here.GridT = query.T - TPatch.T + 1;
        here.GridH = query.H - TPatch.H + 1;
        here.GridW = query.W - TPatch.W + 1;
        here.W0 = Grid.IdxX * TGroup.W;
        here.H0 = Grid.IdxY * TGroup.H;
        here.Sample = Grid.IdxZ / here.GridT;
        here.T = Grid.IdxZ % here.GridT;
        here.W = here.W0 + Group.IdxX;
        here.H = here.H0 + Group.IdxY;
        here.IsInside = here.W < here.GridW && here.H < here.GridH;
        here.Patch = (((here.T * here.GridH) + here.H) * here.GridW) + here.W;
        here.First = (long)here.Sample * here.GridT * here.GridH * here.GridW;
        return here;
    }
}
