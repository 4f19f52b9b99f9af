using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu.Shapes;

/// <summary>A volume's size as a kernel argument.</summary>
/// <param name="T">Frames.</param>
/// <param name="H">Rows.</param>
/// <param name="W">Columns.</param>
/// <param name="Next">Voxels from one sample of a batch to the next; 0 if all samples share the volume.</param>
internal readonly record struct Size(int T, int H, int W, long Next)
{
    /// <summary>Creates the size of a volume.</summary>
    /// <param name="size">Size, T×H×W.</param>
    /// <param name="shared">Whether all samples of a batch share the volume.</param>
    public static Size Of(Extent size, bool shared) => new(size.T, size.H, size.W, shared ? 0 : size.Count);
}

/// <summary>
/// Operations on voxels and positions. A voxel is four bytes in a 32-bit word for any number of channels: one aligned load, and
/// adjacent threads read adjacent words. All arithmetic is on integers, so devices of all manufacturers give the same bits.
/// </summary>
internal static class Voxels
{
    /// <summary>Sentinel that is not a valid position.</summary>
    public const uint Nowhere = uint.MaxValue;

    /// <summary>Adds the squared differences of four bytes to a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Squared(uint a, uint b, uint sum)
    {
        if (CudaAsm.IsSupported)
        {
            // Two NVIDIA instructions. The assembler may reject literal operands of Emit, hence the register for 0.
            CudaAsm.Emit(
                "{ .reg .u32 z, d; mov.u32 z, 0; vabsdiff4.u32.u32.u32 d, %1, %2, z; dp4a.u32.u32 %0, d, d, %3; }", out uint result, a, b, sum);
            return result;
        }

        int x = (int)(a & 255) - (int)(b & 255), y = (int)((a >> 8) & 255) - (int)((b >> 8) & 255);
        int z = (int)((a >> 16) & 255) - (int)((b >> 16) & 255), w = (int)(a >> 24) - (int)(b >> 24);
        return sum + (uint)((x * x) + (y * y) + (z * z) + (w * w));
    }

    /// <summary>
    /// Adds the squared differences of a patch row to a sum. Unrolled by hand, because neither ILGPU nor NVIDIA's assembler does so, and only
    /// constant indices into a subview become immediate offsets.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Row<TPatch>(ArrayView<uint> queries, int at, ArrayView<uint> keys, int position, uint sum)
        where TPatch : struct, IPatch
    {
        ArrayView<uint> q = queries.SubView(at, TPatch.W), k = keys.SubView(position, TPatch.W);
        sum = Squared(q[0], k[0], sum);
        if (TPatch.W > 1) sum = Squared(q[1], k[1], sum);
        if (TPatch.W > 2) sum = Squared(q[2], k[2], sum);
        if (TPatch.W > 3) sum = Squared(q[3], k[3], sum);
        if (TPatch.W > 4) sum = Squared(q[4], k[4], sum);
        if (TPatch.W > 5) sum = Squared(q[5], k[5], sum);
        if (TPatch.W > 6) sum = Squared(q[6], k[6], sum);
        for (int w = 7; w < TPatch.W; w++) sum = Squared(q[w], k[w], sum);
        return sum;
    }

    /// <summary>Scrambles 64 bits like <see cref="Hash.Mix"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Scramble(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }

    /// <summary>Returns the next random integer below a bound: a step of Knuth's MMIX generator, of which only the upper bits are used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Below(ref ulong state, uint bound)
    {
        state = (state * 6364136223846793005UL) + 1442695040888963407UL;
        return (uint)(((state >> 32) * bound) >> 32);
    }

    /// <summary>Returns the position of the patch of a grid nearest to these coordinates.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Nearest<TPatch>(int t, int h, int w, Size size)
        where TPatch : struct, IPatch
    {
        t = Math.Min(Math.Max(t, 0), size.T - TPatch.T);
        h = Math.Min(Math.Max(h, 0), size.H - TPatch.H);
        w = Math.Min(Math.Max(w, 0), size.W - TPatch.W);
        return (((((uint)t * (uint)size.H) + (uint)h) * (uint)size.W) + (uint)w);
    }

    /// <summary>Returns the position of the patch with this linear index in its grid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Numbered<TPatch>(uint number, Size size)
        where TPatch : struct, IPatch
    {
        uint columns = (uint)(size.W - TPatch.W + 1), rows = (uint)(size.H - TPatch.H + 1);
        uint row = number / columns, t = row / rows;
        return (((t * (uint)size.H) + row - (t * rows)) * (uint)size.W) + number - (row * columns);
    }

    /// <summary>Returns a channel of a voxel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Channel(uint voxel, int channel) => (int)((voxel >> (8 * channel)) & 255);

    /// <summary>Returns a 16-bit channel of a wide voxel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WideChannel(ulong voxel, int channel) => (short)(voxel >> (16 * channel));
}

/// <summary>A group's part of a volume, with the surrounding voxels that its patches cover, in shared memory.</summary>
/// <typeparam name="TPatch">Patch size.</typeparam>
/// <typeparam name="TGroup">Group shape.</typeparam>
internal readonly struct Tile<TPatch, TGroup>
    where TPatch : struct, IPatch
    where TGroup : struct, IGroup
{
#pragma warning disable CA1000 // As in Shapes.cs: constants of the shapes.
    public static int W => TGroup.W + TPatch.W - 1;

    public static int H => TGroup.H + TPatch.H - 1;

    public static int Count => TPatch.T * H * W;

    public static int Threads => TGroup.W * TGroup.H;

    /// <summary>Index of this thread's own patch or voxel in the tile.</summary>
    public static int Own => (Group.IdxY * W) + Group.IdxX;

    /// <summary>Index of the thread in its group.</summary>
    public static int Thread => (Group.IdxY * TGroup.W) + Group.IdxX;

    /// <summary>Fills a tile. Positions outside the volume belong to no patch and receive arbitrary voxels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(ArrayView<uint> tile, ArrayView<uint> from, Size size, int t, int h0, int w0)
    {
        for (int i = Thread; i < Count; i += Threads)
        {
            int w = i % W, row = i / W, h = row % H, f = row / H;
            tile[i] = from[((((t + f) * size.H) + Math.Min(h0 + h, size.H - 1)) * size.W) + Math.Min(w0 + w, size.W - 1)];
        }
    }
#pragma warning restore CA1000
}
