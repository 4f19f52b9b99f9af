using System.Runtime.CompilerServices;
using ILGPU;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>Arguments for resizing one axis of a volume, viewed as [outer, axis, inner].</summary>
internal struct ResampleArguments
{
    /// <summary>Byte voxels: the source of the first axis and the target of the last.</summary>
    public ArrayView<uint> Bytes;

    /// <summary>Voxels with 16 bits per channel: intermediate values between axes.</summary>
    public ArrayView<ulong> Between;

    /// <summary>Target of the second axis.</summary>
    public ArrayView<ulong> After;

    /// <summary>Source position of each tap, [output, tap].</summary>
    public ArrayView<int> Index;

    /// <summary>Weight of each tap, [output, tap]; the weights of one output sum to 2¹⁴.</summary>
    public ArrayView<int> Weight;

    /// <summary>Number of voxels of the result.</summary>
    public int Count;

    /// <summary>Input length of the axis.</summary>
    public int Input;

    /// <summary>Output length of the axis.</summary>
    public int Output;

    /// <summary>Voxels from one position along the axis to the next.</summary>
    public int Inner;

    /// <summary>Taps per output.</summary>
    public int Taps;
}

/// <summary>Arguments for packing and unpacking voxels.</summary>
internal struct TransferArguments
{
    /// <summary>Adjacent channels, as transferred over the bus.</summary>
    public ArrayView<byte> Bytes;

    /// <summary>Voxels.</summary>
    public ArrayView<uint> Voxels;

    /// <summary>Number of channels, 1 to 4.</summary>
    public int Channels;

    /// <summary>Number of voxels.</summary>
    public int Count;
}

/// <summary>
/// Resampling in three passes, one per axis, and conversion of transferred data. Weights have 14 fraction bits; between the axes, components
/// keep 6 fraction bits and the overshoot of the cubic filter.
/// </summary>
internal static class ResampleKernels
{
    /// <summary>Packs bytes with 1 to 4 adjacent channels into voxels.</summary>
    public static void Pack(TransferArguments a)
    {
        int i = First();
        if (i >= a.Count) return;
        int at = i * a.Channels;
        uint voxel = a.Bytes[at];
        if (a.Channels > 1) voxel |= (uint)a.Bytes[at + 1] << 8;
        if (a.Channels > 2) voxel |= (uint)a.Bytes[at + 2] << 16;
        if (a.Channels > 3) voxel |= (uint)a.Bytes[at + 3] << 24;
        a.Voxels[i] = voxel;
    }

    /// <summary>Unpacks voxels to bytes with 1 to 4 adjacent channels.</summary>
    public static void Unpack(TransferArguments a)
    {
        int i = First();
        if (i >= a.Count) return;
        int at = i * a.Channels;
        uint voxel = a.Voxels[i];
        a.Bytes[at] = (byte)voxel;
        if (a.Channels > 1) a.Bytes[at + 1] = (byte)(voxel >> 8);
        if (a.Channels > 2) a.Bytes[at + 2] = (byte)(voxel >> 16);
        if (a.Channels > 3) a.Bytes[at + 3] = (byte)(voxel >> 24);
    }

    /// <summary>Resizes along time.</summary>
    public static void Time(ResampleArguments a)
    {
        int i = First();
        if (i >= a.Count) return;
        Taps(a, i, out int at, out int table);
        int x = 0, y = 0, z = 0, w = 0;
        for (int j = 0; j < a.Taps; j++)
        {
            uint voxel = a.Bytes[at + (a.Index[table + j] * a.Inner)];
            int weight = a.Weight[table + j];
            x += Voxels.Channel(voxel, 0) * weight;
            y += Voxels.Channel(voxel, 1) * weight;
            z += Voxels.Channel(voxel, 2) * weight;
            w += Voxels.Channel(voxel, 3) * weight;
        }

        a.Between[i] = Short((x + (1 << 7)) >> 8, 0) | Short((y + (1 << 7)) >> 8, 1) | Short((z + (1 << 7)) >> 8, 2) | Short((w + (1 << 7)) >> 8, 3);
    }

    /// <summary>Resizes along rows.</summary>
    public static void Rows(ResampleArguments a)
    {
        int i = First();
        if (i >= a.Count) return;
        Sum(a, i, out int x, out int y, out int z, out int w);
        a.After[i] = Short((x + (1 << 13)) >> 14, 0) | Short((y + (1 << 13)) >> 14, 1) | Short((z + (1 << 13)) >> 14, 2) | Short((w + (1 << 13)) >> 14, 3);
    }

    /// <summary>Resizes along columns.</summary>
    public static void Columns(ResampleArguments a)
    {
        int i = First();
        if (i >= a.Count) return;
        Sum(a, i, out int x, out int y, out int z, out int w);
        a.Bytes[i] = Byte((x + (1 << 19)) >> 20, 0) | Byte((y + (1 << 19)) >> 20, 1) | Byte((z + (1 << 19)) >> 20, 2) | Byte((w + (1 << 19)) >> 20, 3);
    }

    /// <summary>Returns the thread's global index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int First() => (Grid.IdxX * Group.DimX) + Group.IdxX;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum(ResampleArguments a, int i, out int x, out int y, out int z, out int w)
    {
        Taps(a, i, out int at, out int table);
        (x, y, z, w) = (0, 0, 0, 0);
        for (int j = 0; j < a.Taps; j++)
        {
            ulong voxel = a.Between[at + (a.Index[table + j] * a.Inner)];
            int weight = a.Weight[table + j];
            x += Voxels.WideChannel(voxel, 0) * weight;
            y += Voxels.WideChannel(voxel, 1) * weight;
            z += Voxels.WideChannel(voxel, 2) * weight;
            w += Voxels.WideChannel(voxel, 3) * weight;
        }
    }

    // Start of the line that an output's taps read, and its offset in the tables.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Taps(ResampleArguments a, int i, out int at, out int table)
    {
        int row = i / a.Inner, inner = i - (row * a.Inner), outer = row / a.Output, output = row - (outer * a.Output);
        at = (outer * a.Input * a.Inner) + inner;
        table = output * a.Taps;
    }

    // Masked, not converted: ILGPU sign-extends the result of a conversion to 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Short(int value, int channel) =>
        (ulong)(uint)(Math.Min(Math.Max(value, short.MinValue), short.MaxValue) & 0xFFFF) << (16 * channel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Byte(int value, int channel) => (uint)Math.Min(Math.Max(value, 0), 255) << (8 * channel);
}
