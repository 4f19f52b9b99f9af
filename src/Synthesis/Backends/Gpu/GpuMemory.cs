namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>
/// Divides a device's memory. A batch reserves its maximum before it begins, so that it never runs out of memory half-way; it waits while other batches hold
/// too much. Input levels that no batch uses stay in the rest, for later samples; the least recently used are freed when a batch needs room.
/// </summary>
/// <param name="usableBytes">Bytes to divide.</param>
internal sealed class GpuMemory(long usableBytes)
{
    private readonly object _gate = new();
    private readonly Queue<object> _waiting = new();
    private readonly LinkedList<IdleBuffers> _idle = new();
    private long _reserved;
    private long _idleBytes;

    /// <summary>Bytes of buffers that are kept although no batch uses them.</summary>
    public long IdleBytes => Interlocked.Read(ref _idleBytes);

    /// <summary>Reserves memory; waiting calls are served in order. Free idle buffers with <see cref="MakeRoom"/> before using it.</summary>
    /// <param name="bytes">At most the whole memory.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The reservation; dispose of it to return the memory.</returns>
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

    /// <summary>Frees idle buffers, the least recently used first, until the reservations are covered. Call within a work item.</summary>
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

    /// <summary>Keeps buffers that no batch uses any more, until they are taken or freed. Call within a work item.</summary>
    public void Keep(IdleBuffers buffers)
    {
        lock (_gate)
        {
            buffers.Node = _idle.AddLast(buffers);
            _idleBytes += buffers.Bytes;
        }

        MakeRoom();
    }

    /// <summary>Takes kept buffers for a batch whose reservation covers them. Call within a work item.</summary>
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

/// <summary>Buffers that can be computed again, so they may be freed while no batch uses them.</summary>
internal abstract class IdleBuffers
{
    /// <summary>Size in bytes; constant while the buffers are kept.</summary>
    public abstract long Bytes { get; }

    /// <summary>Position in the order of use; <c>null</c> while in use or freed.</summary>
    internal LinkedListNode<IdleBuffers>? Node { get; set; }

    /// <summary>Frees the buffers. Call within a work item.</summary>
    public abstract void Free();
}
