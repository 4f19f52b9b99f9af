namespace Vgpnn.Grains.Dispatch;

/// <summary>
/// The slots, memory and device of one worker process, and which jobs occupy them. The device runs one job at a time. A new process starts
/// with one slot and doubles them with every job that ends well, so that one that crashes again and again takes few jobs. Thread-safe.
/// </summary>
public sealed class SiloCapacity
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _memoryOf = new(StringComparer.Ordinal);
    private readonly Func<bool> _deviceWorks;
    private string? _onDevice;
    private long _memoryTaken;
    private int _allowed = 1;

    /// <param name="slots">The number of jobs at once, at least 1.</param>
    /// <param name="memory">Bytes of memory for all jobs, at least 1.</param>
    /// <param name="deviceMemory">Bytes of device memory for a job; <c>null</c> if there is no device.</param>
    /// <param name="deviceWorks">Whether the device can be used at the moment; <c>null</c> means always.</param>
    public SiloCapacity(int slots, long memory, long? deviceMemory = null, Func<bool>? deviceWorks = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(memory, 1);
        (Slots, Memory, DeviceMemory) = (slots, memory, deviceMemory);
        _deviceWorks = deviceWorks ?? (() => true);
    }

    /// <summary>The number of jobs at once after the ramp-up.</summary>
    public int Slots { get; }

    /// <summary>Bytes of memory for all jobs.</summary>
    public long Memory { get; }

    /// <summary>Bytes of device memory for a job; <c>null</c> if there is no device.</summary>
    public long? DeviceMemory { get; }

    /// <summary>The number of jobs at once that the ramp-up allows so far: 1, 2, 4 and so on up to <see cref="Slots"/>.</summary>
    public int Allowed
    {
        get
        {
            lock (_lock) return _allowed;
        }
    }

    /// <summary>The number of jobs that can be taken now.</summary>
    public int FreeSlots
    {
        get
        {
            lock (_lock) return Math.Max(0, _allowed - _memoryOf.Count);
        }
    }

    /// <summary>Free bytes of memory.</summary>
    public long FreeMemory
    {
        get
        {
            lock (_lock) return Memory - _memoryTaken;
        }
    }

    /// <summary>Free bytes of device memory; <c>null</c> if there is no device, it does not work or a job occupies it.</summary>
    public long? FreeDeviceMemory
    {
        get
        {
            lock (_lock) return _onDevice is null && DeviceMemory is not null && _deviceWorks() ? DeviceMemory : null;
        }
    }

    /// <summary>Takes what a job needs, unless the job has it already.</summary>
    /// <param name="job">Identifies the job.</param>
    /// <param name="memory">Bytes of memory.</param>
    /// <param name="deviceMemory">Bytes of device memory; <c>null</c> if the job does not use the device.</param>
    /// <returns>Whether the job has what it needs.</returns>
    public bool TryTake(string job, long memory, long? deviceMemory = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(job);
        ArgumentOutOfRangeException.ThrowIfNegative(memory);
        lock (_lock)
        {
            if (_memoryOf.ContainsKey(job)) return true;
            if (_memoryOf.Count >= _allowed || memory > Memory - _memoryTaken) return false;
            if (deviceMemory is { } needed && (_onDevice is not null || !(needed <= DeviceMemory) || !_deviceWorks())) return false;
            if (deviceMemory is not null) _onDevice = job;
            _memoryOf.Add(job, memory);
            _memoryTaken += memory;
            return true;
        }
    }

    /// <summary>Whether a job has taken what it needs.</summary>
    public bool Has(string job)
    {
        lock (_lock) return _memoryOf.ContainsKey(job);
    }

    /// <summary>Frees what a job has taken, if it has.</summary>
    /// <param name="job">Identifies the job.</param>
    /// <param name="succeeded">Whether the job ended well, which allows twice as many jobs.</param>
    public void Release(string job, bool succeeded = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(job);
        lock (_lock)
        {
            if (!_memoryOf.Remove(job, out long memory)) return;
            _memoryTaken -= memory;
            if (_onDevice == job) _onDevice = null;
            if (succeeded) _allowed = (int)Math.Min(2L * _allowed, Slots);
        }
    }
}
