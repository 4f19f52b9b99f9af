using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using Vgpnn.Kernels.Gpu.Hardware;

namespace Vgpnn.Kernels.Gpu;

/// <summary>
/// An open device and the thread that owns it. Drivers bind a device to a thread, so everything that uses the device runs as a work item on
/// this thread. Work items run in the order of the calls, which is how several requests share a device. Thread-safe.
/// </summary>
public sealed partial class Device : IDisposable
{
    /// <summary>Default time after which a device that does not answer is considered hung.</summary>
    public static readonly TimeSpan DefaultWatchdog = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan DisposalLimit = TimeSpan.FromSeconds(10);

    private readonly BlockingCollection<WorkItem> _queue = [];
    private readonly Thread _thread;
    private readonly Timer _timer;
    private readonly TimeSpan _watchdog;
    private readonly Type? _group;
    private DeviceException? _broken;
    private WorkItem? _current;
    private long _waitingSince;

    private Device(DeviceDescription description, DeviceSettings settings)
    {
        Description = description;
        Measures = settings.Measures;
        MaxBytes = settings.MaxBytes ?? description.Memory;
        _watchdog = settings.Watchdog ?? DefaultWatchdog;
        _group = settings.Group;
        _timer = new Timer(_ => Watch(), null, _watchdog / 4, _watchdog / 4);

        // A background thread: a thread stuck in a driver must not keep the process alive.
        _thread = new Thread(Loop) { IsBackground = true, Name = $"device {description.Name}" };
    }

    /// <summary>Description of the device.</summary>
    public DeviceDescription Description { get; }

    /// <summary>Memory limit of all volumes and fields together, in bytes.</summary>
    public long MaxBytes { get; private set; }

    /// <summary>Whether launches are timed and their patch distances counted (<see cref="GpuEngine.TakeLaunches"/>).</summary>
    public bool Measures { get; }

    /// <summary>Why the device is unusable; <c>null</c> while it is usable.</summary>
    public DeviceException? Broken => Volatile.Read(ref _broken);

    /// <summary>Memory currently allocated to volumes and fields, in bytes.</summary>
    public long BytesHeld => _arena?.BytesHeld ?? 0;

    /// <summary>Peak of <see cref="BytesHeld"/>.</summary>
    public long MostBytesHeld => _arena?.MostBytesHeld ?? 0;

    /// <summary>Bytes copied to the device so far.</summary>
    public long BytesUp { get; private set; }

    /// <summary>Bytes copied from the device so far.</summary>
    public long BytesDown { get; private set; }

    /// <summary>Opens a device.</summary>
    /// <param name="description">A device from <see cref="Devices.List"/>.</param>
    /// <param name="maxBytes">Memory limit of volumes and fields in bytes; <c>null</c> for the free memory.</param>
    /// <param name="measures">Whether to time launches and count their patch distances.</param>
    /// <param name="watchdog">Maximum time for the device to answer; <c>null</c> for <see cref="DefaultWatchdog"/>.</param>
    /// <exception cref="DeviceException">The device cannot be opened.</exception>
    public static Device Open(DeviceDescription description, long? maxBytes = null, bool measures = false, TimeSpan? watchdog = null) =>
        Open(description, new DeviceSettings { MaxBytes = maxBytes, Measures = measures, Watchdog = watchdog });

    /// <summary>Queues work on the device's thread, after all earlier work.</summary>
    /// <param name="work">Should take tens of milliseconds, so that other requests can run in between, and pass on the token.</param>
    /// <param name="cancellation">Cancels work that has not started; the engine checks it between launches.</param>
    /// <exception cref="DeviceException">The device is broken, or breaks.</exception>
    public Task<T> Run<T>(Func<GpuEngine, T> work, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        var item = new WorkItem<T>(work, cancellation);
        if (Broken is { } broken) item.Fail(Again(broken));
        else
        {
            _queue.Add(item, CancellationToken.None);

            // The device may have broken meanwhile, after its thread stopped reading the queue.
            if (Broken is { } since) item.Fail(Again(since));
        }

        return item.Task;
    }

    /// <summary>Runs work on the device's thread and waits for the result. Calls from that thread run immediately.</summary>
    /// <inheritdoc cref="Run{T}(Func{GpuEngine, T}, CancellationToken)"/>
    public T Invoke<T>(Func<GpuEngine, T> work, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Thread.CurrentThread == _thread ? work(_engine!) : Run(work, cancellation).GetAwaiter().GetResult();
    }

    /// <summary>Runs work on the device's thread and waits for it.</summary>
    /// <inheritdoc cref="Invoke{T}(Func{GpuEngine, T}, CancellationToken)"/>
    public void Invoke(Action<GpuEngine> work, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        Invoke(
            engine =>
            {
                work(engine);
                return true;
            },
            cancellation);
    }

    /// <summary>Closes the device after all queued work. The thread of a hung device is abandoned.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _timer.Dispose();
        if (Broken?.Failure != DeviceFailure.Hung && Thread.CurrentThread != _thread && _thread.Join(DisposalLimit)) _queue.Dispose();
        GC.SuppressFinalize(this);
    }

    internal static Device Open(DeviceDescription description, DeviceSettings settings)
    {
        ArgumentNullException.ThrowIfNull(description);
        var device = new Device(description, settings);
        device._thread.Start();
        try
        {
            device.Invoke(_ => { });
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    private static DeviceException Again(DeviceException e) => new(e.Failure, e.Message, e);

    private void Loop()
    {
        try
        {
            OpenHere();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Break(DeviceFailure.Lost, $"{Description.Name} cannot be opened: {e.Message}", e);
            return;
        }

        foreach (WorkItem item in _queue.GetConsumingEnumerable())
        {
            Volatile.Write(ref _current, item);
            if (Broken is { } broken) item.Fail(Again(broken));
            else item.Execute(this);
            Volatile.Write(ref _current, null);
        }

        // Disposing a broken device would block or fail.
        if (Broken is null) CloseHere();
    }

    // Measures only time spent waiting for the device, not the host code of a work item.
    private void Watch()
    {
        long since = Volatile.Read(ref _waitingSince);
        if (since == 0 || Stopwatch.GetElapsedTime(since) < _watchdog) return;
        Break(
            DeviceFailure.Hung,
            $"{Description.Name} did not answer within {_watchdog.TotalSeconds:0.##} seconds; restart the process to use it again");
    }

    private DeviceException Break(DeviceFailure failure, string message, Exception? inner = null)
    {
        var broken = new DeviceException(failure, message, inner);
        broken = Interlocked.CompareExchange(ref _broken, broken, null) ?? broken;
        Volatile.Read(ref _current)?.Fail(broken);
        foreach (WorkItem item in _queue) item.Fail(Again(broken));
        return broken;
    }

    private abstract class WorkItem
    {
        public abstract void Execute(Device device);

        public abstract void Fail(DeviceException e);
    }

    private sealed class WorkItem<T>(Func<GpuEngine, T> work, CancellationToken cancellation) : WorkItem
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _done.Task;

        public override void Execute(Device device)
        {
            if (cancellation.IsCancellationRequested)
            {
                _done.TrySetCanceled(cancellation);
                return;
            }

            try
            {
                _done.TrySetResult(work(device._engine!));
            }
            catch (OperationCanceledException e)
            {
                _done.TrySetCanceled(e.CancellationToken);
            }
            catch (AcceleratorException e)
            {
                _done.TrySetException(device.Break(DeviceFailure.Lost, $"{device.Description.Name} failed: {e.Message}", e));
            }
            catch (Exception e)
            {
                _done.TrySetException(e);
            }
        }

        public override void Fail(DeviceException e) => _done.TrySetException(e);
    }
}

/// <summary>Options for opening a device.</summary>
internal sealed record DeviceSettings
{
    /// <summary>As <see cref="Device.MaxBytes"/>.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>As <see cref="Device.Measures"/>.</summary>
    public bool Measures { get; init; }

    /// <summary>Maximum time for the device to answer; <c>null</c> for <see cref="Device.DefaultWatchdog"/>.</summary>
    public TimeSpan? Watchdog { get; init; }

    /// <summary>Preferred group shape; <c>null</c> selects one for the device.</summary>
    public Type? Group { get; init; }
}
