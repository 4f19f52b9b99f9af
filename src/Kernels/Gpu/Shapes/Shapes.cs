namespace Vgpnn.Kernels.Gpu.Shapes;

// Kernels take sizes that their compiler has to know as type parameters: a patch of 3×7×7 voxels is Patch<N3, N7, N7>. The bodies
// that ILGPU compiles then hold constants, as if each kernel had been written for one size.
#pragma warning disable CA1000 // Static members on generic types: this is what the types are for.

/// <summary>A number that is a type.</summary>
internal interface INumber
{
    /// <summary>The number.</summary>
    static abstract int Value { get; }
}

/// <summary>The size of a patch as a type.</summary>
internal interface IPatch
{
    /// <summary>Frames.</summary>
    static abstract int T { get; }

    /// <summary>Rows.</summary>
    static abstract int H { get; }

    /// <summary>Columns.</summary>
    static abstract int W { get; }
}

/// <summary>The shape of a work group as a type. Results do not depend on it.</summary>
internal interface IGroup
{
    /// <summary>Columns; a power of two.</summary>
    static abstract int W { get; }

    /// <summary>Rows; a power of two.</summary>
    static abstract int H { get; }
}

/// <summary>A variant of a kernel as a type.</summary>
internal interface IFlag
{
    /// <summary>Whether the kernel has it.</summary>
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

/// <summary>The variant without.</summary>
internal readonly struct No : IFlag
{
    public static bool On => false;
}

/// <summary>The variant with.</summary>
internal readonly struct Yes : IFlag
{
    public static bool On => true;
}

/// <summary>32×4: a warp of an NVIDIA GPU is one row, so that its reads of shared memory fall into 32 banks.</summary>
internal readonly struct WideGroup : IGroup
{
    public static int W => 32;

    public static int H => 4;
}

/// <summary>16×8: the least voxels around a group of 128.</summary>
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

/// <summary>2×1: for the simulator, which has an operating system's thread for each of a group's.</summary>
internal readonly struct PairGroup : IGroup
{
    public static int W => 2;

    public static int H => 1;
}
#pragma warning restore CA1000
