namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>
/// Divides a device's memory. A batch reserves all that it will hold before it begins, so that it never fails half-way; it waits while other batches hold
/// too much. Levels of inputs that no batch uses fill what is left, for later samples; the least recently used ones are freed when a batch needs room.
/// </summary>
/// <param name="usableBytes">Bytes to divide.</param>
internal sealed class GpuMemory(long usableBytes)
{
    private readonly object _gate = new();
    private readonly Queue<object> _waiting = new();
    private readonly LinkedList<IdleBuffers> _idle = new();
    private long _reserved;
    private long _idleBytes;

    /// <summary>Bytes of buffers that are kept though no batch uses them.</summary>
    public long IdleBytes => Interlocked.Read(ref _idleBytes);

    /// <summary>Reserves memory, in the order of the calls. Buffers of levels must be freed by <see cref="MakeRoom"/> before it is used.</summary>
    /// <param name="bytes">At most all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Gives the memory back when it is disposed of.</returns>
    public IDisposable Reserve(long bytes, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, usableBytes);
        var ticket = new object();
        using CancellationTokenRegistration wake = cancellation.Register(Wake);
        lock (_gate)
        {
            _waiting.Enqueue(ticket);
            while (_waiting.Peek() != ticket || _reserved + bytes > usableBytes)
            {
                if (cancellation.IsCancellationRequested)
                {
                    Leave(ticket);
                    cancellation.ThrowIfCancellationRequested();
                }

                Monitor.Wait(_gate);
            }

            _waiting.Dequeue();
            _reserved += bytes;
            Monitor.PulseAll(_gate);
        }

        return new Reservation(this, bytes);
    }

    /// <summary>Frees idle buffers, the least recently used first, until the reservations are covered. Called within a work item.</summary>
    public void MakeRoom()
    {
        while (true)
        {
            IdleBuffers oldest;
            lock (_gate)
            {
                if (_idle.First is not { } first || _reserved + _idleBytes <= usableBytes) return;
                oldest = first.Value;
                Remove(oldest);
            }

            oldest.Free();
        }
    }

    /// <summary>Keeps buffers that no batch uses any more, until they are taken or freed. Called within a work item.</summary>
    public void Keep(IdleBuffers buffers)
    {
        lock (_gate)
        {
            buffers.Node = _idle.AddLast(buffers);
            _idleBytes += buffers.Bytes;
        }

        MakeRoom();
    }

    /// <summary>Takes buffers that are kept, for a batch whose reservation covers them. Called within a work item.</summary>
    public void Take(IdleBuffers buffers)
    {
        lock (_gate) Remove(buffers);
    }

    private void Remove(IdleBuffers buffers)
    {
        if (buffers.Node is not { } node) return;
        _idle.Remove(node);
        _idleBytes -= buffers.Bytes;
        buffers.Node = null;
    }

    private void Leave(object ticket)
    {
        object[] others = [.. _waiting.Where(t => t != ticket)];
        _waiting.Clear();
        foreach (object other in others) _waiting.Enqueue(other);
        Monitor.PulseAll(_gate);
    }

    private void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }

    private sealed class Reservation(GpuMemory memory, long bytes) : IDisposable
    {
        private bool _returned;

        public void Dispose()
        {
            lock (memory._gate)
            {
                if (_returned) return;
                _returned = true;
                memory._reserved -= bytes;
                Monitor.PulseAll(memory._gate);
            }
        }
    }
}

/// <summary>Buffers that can be made again, and so may be freed while no batch uses them.</summary>
internal abstract class IdleBuffers
{
    /// <summary>Their size; constant while they are kept.</summary>
    public abstract long Bytes { get; }

    /// <summary>Their place in the order of use; <c>null</c>: in use, or freed.</summary>
    internal LinkedListNode<IdleBuffers>? Node { get; set; }

    /// <summary>Frees them. Called within a work item.</summary>
    public abstract void Free();
}
