using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Vgpnn.Kernels.Gpu.Hardware;

/// <summary>
/// Memory of a device, taken from its driver in large slabs and given out in parts: drivers wait for the device whenever memory is
/// allocated or freed. Slabs are kept until the device is closed or one of them is needed in another size.
/// </summary>
/// <param name="allocate">Takes memory from the driver; throws when there is none.</param>
/// <param name="maxBytes">The most that parts may take together.</param>
/// <param name="maxBuffer">The most that a slab may have.</param>
/// <param name="name">The device, for messages.</param>
internal sealed class Arena(Func<long, MemoryBuffer> allocate, long maxBytes, long maxBuffer, string name) : IDisposable
{
    // Vector loads and OpenCL's sub-buffers like their memory aligned.
    private const int Alignment = 256;
    private const long SlabBytes = 32L << 20;

    private readonly List<Slab> _slabs = [];

    /// <summary>Bytes of all parts.</summary>
    public long BytesHeld { get; private set; }

    /// <summary>The most bytes that parts ever had together.</summary>
    public long MostBytesHeld { get; private set; }

    /// <exception cref="DeviceException">OutOfMemory: what would be needed, and what there is.</exception>
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

    /// <summary>Takes a part back.</summary>
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
            // Slabs that nothing uses may be what is missing.
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
        $"{Megabytes(BytesHeld + bytes)} would be needed on {name}, {Megabytes(bytes)} of it in one piece, and it allows {Megabytes(maxBytes)}, "
        + $"{Megabytes(maxBuffer)} in one piece",
        inner);

    private static string Megabytes(long bytes) => $"{(bytes + (1 << 20) - 1) >> 20} MiB";

    /// <summary>Memory that a driver has given, and what of it is free: ranges in order of their start.</summary>
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

    /// <summary>All of it as numbers of a kind.</summary>
    public ArrayView<T> View<T>()
        where T : unmanaged => slab.Memory.AsRawArrayView(at, room).Cast<T>().SubView(0, Math.Max(1, Bytes / Unsafe.SizeOf<T>()));

    /// <summary>Numbers from one on.</summary>
    public ArrayView<T> View<T>(long first, long count)
        where T : unmanaged => slab.Memory.AsRawArrayView(at, room).Cast<T>().SubView(first, count);

    public void Dispose()
    {
        if (_released) return;
        _released = true;
        arena.Release(slab, at, room, Bytes);
    }
}
