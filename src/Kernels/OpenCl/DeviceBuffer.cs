using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels.OpenCl;

/// <summary>Memory of a device.</summary>
internal sealed class DeviceBuffer(DeviceSession session, BufferHandle handle, long bytes) : IDisposable
{
    private bool _released;

    public long Bytes { get; } = bytes;

    public BufferHandle Handle => handle;

    public void Dispose()
    {
        if (_released) return;
        _released = true;
        session.Released(this);

        if (session.KeepsBuffers) return;

        // The driver keeps it until commands that use it are done; one that hangs would be waited for.
        if (session.Broken?.Failure != OpenClFailure.Hung) handle.Dispose();
        else handle.SetHandleAsInvalid();
    }
}

/// <summary>Four 32-bit integers, as kernels take sizes.</summary>
internal readonly record struct Int4(int X, int Y, int Z, int W)
{
    /// <summary>A volume's size as kernels take it.</summary>
    /// <param name="size">The size.</param>
    /// <param name="shared">Whether all samples of a batch share the volume.</param>
    public static Int4 Of(Extent size, bool shared) => new(size.T, size.H, size.W, shared ? 0 : checked((int)size.Count));
}

/// <summary>One argument of a kernel.</summary>
internal readonly struct Argument
{
    public readonly Int4 Bits;

    private Argument(Int4 bits, int size, bool isNull = false) => (Bits, Size, IsNull) = (bits, size, isNull);

    public int Size { get; }

    /// <summary>Whether it is a buffer that is left out.</summary>
    public bool IsNull { get; }

    public static implicit operator Argument(int value) => new(new Int4(value, 0, 0, 0), sizeof(int));

    public static implicit operator Argument(uint value) => (int)value;

    public static implicit operator Argument(ulong value) => new(new Int4((int)value, (int)(value >> 32), 0, 0), sizeof(ulong));

    public static implicit operator Argument(long value) => (ulong)value;

    public static implicit operator Argument(Int4 value) => new(value, Unsafe.SizeOf<Int4>());

    public static implicit operator Argument(DeviceBuffer? buffer)
    {
        if (buffer is null) return new Argument(default, nint.Size, isNull: true);
        ulong handle = (ulong)buffer.Handle.Value;
        return new Argument(new Int4((int)handle, (int)(handle >> 32), 0, 0), nint.Size);
    }
}
