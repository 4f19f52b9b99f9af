using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Vgpnn.Kernels.Gpu.Hardware;

/// <summary>
/// Device memory allocated from the driver in large slabs and handed out in parts, because drivers wait for the device at every
/// allocation and deallocation. Slabs are kept until the device is closed or their memory is needed for a slab of another size.
/// </summary>
/// <param name="allocate">Allocates memory from the driver; throws if it runs out.</param>
/// <param name="maxBytes">Limit of all parts together, in bytes.</param>
/// <param name="maxBuffer">Limit of one slab, in bytes.</param>
/// <param name="name">Name of the device, for messages.</param>
internal sealed class Arena(Func<long, MemoryBuffer> allocate, long maxBytes, long maxBuffer, string name) : IDisposable
{
    // Vector loads and OpenCL sub-buffers need aligned memory.
    private const int Alignment = 256;
    private const long SlabBytes = 32L << 20;

    private readonly List<Slab> _slabs = [];

    /// <summary>Total size of all parts, in bytes.</summary>
    public long BytesHeld { get; private set; }

    /// <summary>Peak of <see cref="BytesHeld"/>.</summary>
    public long MostBytesHeld { get; private set; }

    /// <exception cref="DeviceException">OutOfMemory: the message gives the bytes needed and available.</exception>
    public DeviceBuffer Allocate(long bytes)
    {
        if (bytes > maxBuffer || BytesHeld + bytes > maxBytes) throw OutOfMemory(bytes);
        long room = Math.Max(Alignment, (bytes + Alignment - 1) / Alignment * Alignment);
        foreach (Slab slab in CollectionsMarshal.AsSpan(_slabs))
            if (slab.TryTake(room, out long at)) return Part(slab, at, room, bytes);
        Slab added = Add(room, bytes);
        added.TryTake(room, out long first);
        return Part(added, first, room, bytes);
    }

    /// <summary>Frees a part.</summary>
    public void Release(Slab slab, long at, long room, long bytes)
    {
        BytesHeld -= bytes;
        slab.Return(at, room);
    }

    public void Dispose()
    {
        foreach (Slab slab in _slabs) slab.Memory.Dispose();
        _slabs.Clear();
    }

    private DeviceBuffer Part(Slab slab, long at, long room, long bytes)
    {
        BytesHeld += bytes;
        MostBytesHeld = Math.Max(MostBytesHeld, BytesHeld);
        return new DeviceBuffer(this, slab, at, room, bytes);
    }

    private Slab Add(long room, long bytes)
    {
        try
        {
            return Added(Math.Max(room, Math.Min(SlabBytes, maxBuffer / Alignment * Alignment)));
        }
        catch (Exception e) when (e is AcceleratorException or OutOfMemoryException)
        {
            // Freeing unused slabs may make room.
            foreach (Slab empty in _slabs.Where(s => s.IsEmpty).ToArray())
            {
                empty.Memory.Dispose();
                _slabs.Remove(empty);
            }

            try
            {
                return Added(room);
            }
            catch (Exception still) when (still is AcceleratorException or OutOfMemoryException)
            {
                throw OutOfMemory(bytes, still);
            }
        }
    }

    private Slab Added(long size)
    {
        var slab = new Slab(allocate(size));
        _slabs.Add(slab);
        return slab;
    }

    private DeviceException OutOfMemory(long bytes, Exception? inner = null) => new(
        DeviceFailure.OutOfMemory,
        $"not enough memory on {name}: {Megabytes(BytesHeld + bytes)} needed, {Megabytes(bytes)} of it in one buffer; the limits are {Megabytes(maxBytes)} and "
        + $"{Megabytes(maxBuffer)} per buffer",
        inner);

    private static string Megabytes(long bytes) => $"{(bytes + (1 << 20) - 1) >> 20} MiB";

    /// <summary>Memory allocated from the driver, and its free ranges in order of their start.</summary>
    internal sealed class Slab(MemoryBuffer memory)
    {
        private readonly SortedList<long, long> _free = new() { [0] = memory.LengthInBytes };

        public MemoryBuffer Memory => memory;

        public bool IsEmpty => _free.Count == 1 && _free.GetValueAtIndex(0) == memory.LengthInBytes;

        public bool TryTake(long room, out long at)
        {
            for (int i = 0; i < _free.Count; i++)
            {
                long length = _free.GetValueAtIndex(i);
                if (length < room) continue;
                at = _free.GetKeyAtIndex(i);
                _free.RemoveAt(i);
                if (length > room) _free.Add(at + room, length - room);
                return true;
            }

            at = 0;
            return false;
        }

        public void Return(long at, long room)
        {
            _free.Add(at, room);
            int i = _free.IndexOfKey(at);
            if (i + 1 < _free.Count && _free.GetKeyAtIndex(i + 1) == at + room)
            {
                _free[at] = room += _free.GetValueAtIndex(i + 1);
                _free.RemoveAt(i + 1);
            }

            if (i == 0) return;
            long before = _free.GetKeyAtIndex(i - 1), length = _free.GetValueAtIndex(i - 1);
            if (before + length != at) return;
            _free[before] = length + room;
            _free.RemoveAt(i);
        }
    }
}

/// <summary>A part of a device's memory.</summary>
internal sealed class DeviceBuffer(Arena arena, Arena.Slab slab, long at, long room, long bytes) : IDisposable
{
    private bool _released;

    public long Bytes { get; } = bytes;

    /// <summary>Returns the whole buffer as a view of elements.</summary>
    public ArrayView<T> View<T>()
        where T : unmanaged => slab.Memory.AsRawArrayView(at, room).Cast<T>().SubView(0, Math.Max(1, Bytes / Unsafe.SizeOf<T>()));

    /// <summary>Returns a range of elements.</summary>
    public ArrayView<T> View<T>(long first, long count)
        where T : unmanaged => slab.Memory.AsRawArrayView(at, room).Cast<T>().SubView(first, count);

    public void Dispose()
    {
        if (_released) return;
        _released = true;
        arena.Release(slab, at, room, Bytes);
    }
}
