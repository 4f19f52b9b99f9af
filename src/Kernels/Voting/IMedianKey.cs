using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vgpnn.Kernels.Voting;

/// <summary>Maps component values to signed integers in the same order, so that one algorithm selects medians of bytes and floats.</summary>
/// <typeparam name="T">Component type.</typeparam>
/// <typeparam name="C">Integer type.</typeparam>
internal interface IMedianKey<T, C>
{
    /// <summary>
    /// Encodes a run of components. Reads and writes whole vectors, up to <see cref="Overrun"/> components past the run.
    /// </summary>
    static abstract void Encode(ref T from, ref C to, int run);

    /// <summary>Returns the component of an integer.</summary>
    static abstract T Decode(C candidate);

    /// <summary>Number of integers that <see cref="Encode"/> may write past a run.</summary>
    static abstract int Overrun { get; }
}

/// <summary>Floats: all bits except the sign are flipped for negative values.</summary>
internal readonly struct FloatMedianKey : IMedianKey<float, int>
{
    public static int Overrun => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Encode(ref float from, ref int to, int run)
    {
        for (int i = 0; i < run; i += 8)
        {
            Vector256<int> bits = Vector256.LoadUnsafe(ref from, (nuint)i).AsInt32();
            (bits ^ ((bits >> 31) & Vector256.Create(int.MaxValue))).StoreUnsafe(ref to, (nuint)i);
        }
    }

    public static float Decode(int candidate) => BitConverter.Int32BitsToSingle(candidate ^ ((candidate >> 31) & int.MaxValue));
}

/// <summary>Bytes shifted to the signed range, because vector units compare signed bytes.</summary>
internal readonly struct ByteMedianKey : IMedianKey<byte, sbyte>
{
    public static int Overrun => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Encode(ref byte from, ref sbyte to, int run)
    {
        for (int i = 0; i < run; i += 32)
            (Vector256.LoadUnsafe(ref from, (nuint)i) ^ Vector256.Create((byte)0x80)).AsSByte().StoreUnsafe(ref to, (nuint)i);
    }

    public static byte Decode(sbyte candidate) => (byte)(candidate ^ -128);
}

/// <summary>Bytes as 32-bit integers, for patches of more than 255 voxels, whose counts do not fit into a byte.</summary>
internal readonly struct WideByteMedianKey : IMedianKey<byte, int>
{
    public static int Overrun => 0;

    public static void Encode(ref byte from, ref int to, int run)
    {
        for (int i = 0; i < run; i++) Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
    }

    public static byte Decode(int candidate) => (byte)candidate;
}
