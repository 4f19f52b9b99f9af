namespace Vgpnn.Kernels.Gpu.Shapes;

// Kernels take sizes that must be compile-time constants as type parameters: a patch of 3×7×7 voxels is Patch<N3, N7, N7>. The method
// bodies that ILGPU compiles then contain constants, as if each kernel had been written for one size.
#pragma warning disable CA1000 // Static members are the purpose of these generic types.

/// <summary>An integer as a type.</summary>
internal interface INumber
{
    /// <summary>The integer.</summary>
    static abstract int Value { get; }
}

/// <summary>A patch size as a type.</summary>
internal interface IPatch
{
    static abstract int T { get; }

    static abstract int H { get; }

    static abstract int W { get; }
}

/// <summary>The shape of a thread group as a type. Results do not depend on it.</summary>
internal interface IGroup
{
    /// <summary>Columns; a power of two.</summary>
    static abstract int W { get; }

    /// <summary>Rows; a power of two.</summary>
    static abstract int H { get; }
}

/// <summary>A kernel variant as a type.</summary>
internal interface IFlag
{
    /// <summary>Whether the variant is enabled.</summary>
    static abstract bool On { get; }
}

/// <summary>A patch of T×H×W voxels.</summary>
internal readonly struct Patch<TT, TH, TW> : IPatch
    where TT : struct, INumber
    where TH : struct, INumber
    where TW : struct, INumber
{
    public static int T => TT.Value;

    public static int H => TH.Value;

    public static int W => TW.Value;
}

/// <summary>Variant disabled.</summary>
internal readonly struct No : IFlag
{
    public static bool On => false;
}

/// <summary>Variant enabled.</summary>
internal readonly struct Yes : IFlag
{
    public static bool On => true;
}

/// <summary>32×4: a warp of an NVIDIA GPU is one row, so its shared-memory reads fall into 32 different banks.</summary>
internal readonly struct WideGroup : IGroup
{
    public static int W => 32;

    public static int H => 4;
}

/// <summary>16×8: the smallest border of surrounding voxels for 128 threads.</summary>
internal readonly struct SquareGroup : IGroup
{
    public static int W => 16;

    public static int H => 8;
}

/// <summary>8×4: two tiles of the largest patches fit into 48 kB of shared memory.</summary>
internal readonly struct SmallGroup : IGroup
{
    public static int W => 8;

    public static int H => 4;
}

/// <summary>2×1, for the simulator, which uses one operating system thread per thread of a group.</summary>
internal readonly struct PairGroup : IGroup
{
    public static int W => 2;

    public static int H => 1;
}
#pragma warning restore CA1000
