using System.Runtime.CompilerServices;
using ILGPU;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>The query patch and sample that a thread processes.</summary>
internal struct Position<TPatch, TGroup>
    where TPatch : struct, IPatch
    where TGroup : struct, IGroup
{
    /// <summary>Index of the sample in the batch.</summary>
    public int Sample;

    /// <summary>Frame, row and column of the patch.</summary>
    public int T, H, W;

    /// <summary>First row and column of the group.</summary>
    public int H0, W0;

    /// <summary>Size of the patch grid.</summary>
    public int GridT, GridH, GridW;

    /// <summary>Whether the patch lies in the grid: groups at its border extend beyond it.</summary>
    public bool IsInside;

    /// <summary>Linear index of the patch in its grid.</summary>
    public int Patch;

    /// <summary>Index of the sample's first patch in the batch.</summary>
    public long First;

    /// <summary>Whether the patch keeps its match because nothing around it has changed.</summary>
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
