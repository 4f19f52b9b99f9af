using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Vgpnn.Kernels.OpenCl;

/// <summary>
/// A device made ready: its context, one queue for kernels and one for what comes back meanwhile, and the compiled kernels. Calls come
/// from one thread at a time (<see cref="Enter"/>); commands run in the order of the calls.
/// </summary>
public sealed class DeviceSession : IDisposable
{
    // Columns and rows of a work group where patches are worked on: 128 items, whose tiles of the presets' patches take less than 4 kB.
    internal const int GroupW = 16;
    internal const int GroupH = 8;
    private const int FlatGroup = 64;

    /// <summary>A launch that has not ended after this time never will.</summary>
    public static readonly TimeSpan DefaultWatchdog = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Awake = TimeSpan.FromMilliseconds(2);

    private readonly Lock _lock = new();
    private readonly ContextHandle _context;
    private readonly QueueHandle _kernels;
    private readonly QueueHandle _transfers;
    private readonly TimeSpan _watchdog;
    private readonly Dictionary<(Extent Patch, int Channels), OpenClProgram> _programs = [];
    private readonly LaunchLog _launches;
    private OpenClProgram? _resampling;
    private OpenClException? _broken;

    /// <summary>Opens a device.</summary>
    /// <param name="device">Which.</param>
    /// <param name="watchdog">A launch that takes longer has hung; null: <see cref="DefaultWatchdog"/>.</param>
    /// <param name="maxBytes">The most that buffers may take together; null: what the device has.</param>
    /// <param name="measures">Whether launches are measured and their distances counted (<see cref="TakeLaunches"/>).</param>
    /// <exception cref="OpenClException">It cannot be opened.</exception>
    public DeviceSession(OpenClDevice device, TimeSpan? watchdog = null, long? maxBytes = null, bool measures = false)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        _watchdog = watchdog ?? DefaultWatchdog;
        MaxBytes = maxBytes ?? device.Memory;
        Measures = measures;
        (_context, _kernels, _transfers) = Open(device, measures);
        _launches = new LaunchLog(this);
    }

    /// <summary>The device.</summary>
    public OpenClDevice Device { get; }

    /// <summary>The most that buffers may take together.</summary>
    public long MaxBytes { get; }

    /// <summary>Bytes that buffers take now.</summary>
    public long BytesHeld { get; private set; }

    /// <summary>The most that they ever took.</summary>
    public long MostBytesHeld { get; private set; }

    /// <summary>Bytes copied to the device so far.</summary>
    public long BytesUp { get; private set; }

    /// <summary>Bytes copied from the device so far.</summary>
    public long BytesDown { get; private set; }

    /// <summary>Whether launches are measured and their distances counted (<see cref="TakeLaunches"/>).</summary>
    public bool Measures { get; }

    /// <summary>Why the device is of no use any more; null: it is.</summary>
    public OpenClException? Broken => _broken;

    /// <summary>
    /// Whether buffers are given back only with the session. For Oclgrind, which takes what is known of a released buffer for the next one's that gets its
    /// number, and so, where that is larger, its end for uninitialised.
    /// </summary>
    internal bool KeepsBuffers { get; init; }

    /// <summary>What was launched since the last call, in order; empty unless <see cref="Measures"/>. Waits until all of it is done.</summary>
    public IReadOnlyList<KernelLaunch> TakeLaunches(CancellationToken cancellation = default) => _launches.Take(cancellation);

    /// <summary>Keeps other threads away until what is returned is disposed of.</summary>
    public Lock.Scope Enter() => _lock.EnterScope();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_broken?.Failure == OpenClFailure.Hung)
        {
            // What hangs would keep the driver from giving anything back, and whoever asks for that with it.
            foreach (SafeHandle handle in (SafeHandle[])[_transfers, _kernels, _context]) handle.SetHandleAsInvalid();
            return;
        }

        _launches.Dispose();
        foreach (OpenClProgram program in _programs.Values) program.Dispose();
        _resampling?.Dispose();
        _transfers.Dispose();
        _kernels.Dispose();
        _context.Dispose();
    }

    internal OpenClProgram Patches(Extent patch, int channels)
    {
        if (_programs.TryGetValue((patch, channels), out OpenClProgram? program)) return program;
        int tile = patch.T * (GroupH + patch.H - 1) * (GroupW + patch.W - 1) * sizeof(uint);
        if ((2 * tile) + 64 > Device.LocalMemory || GroupW * GroupH > Device.MaxWorkGroup)
            throw new OpenClException(OpenClFailure.OutOfMemory, $"{Device.Name} has no room for the work groups that patches of {patch} need");
        string options = string.Create(
            CultureInfo.InvariantCulture,
            $"-DPATCH_T={patch.T} -DPATCH_H={patch.H} -DPATCH_W={patch.W} -DGROUP_W={GroupW} -DGROUP_H={GroupH} -DCHANNELS={channels}");
        return _programs[(patch, channels)] = Compile(Source("Common", "Search", "Vote"), options);
    }

    internal OpenClProgram Resampling() => _resampling ??= Compile(Source("Resample"), "");

    /// <exception cref="OpenClException">Out of memory: what it would take, and what there is.</exception>
    internal DeviceBuffer Allocate(long bytes)
    {
        ThrowIfBroken();
        if (bytes > Device.MaxBuffer || BytesHeld + bytes > MaxBytes)
        {
            throw new OpenClException(
                OpenClFailure.OutOfMemory,
                $"{Megabytes(BytesHeld + bytes)} would be needed on {Device.Name}, {Megabytes(bytes)} of it in one piece, and it allows "
                + $"{Megabytes(MaxBytes)}, {Megabytes(Device.MaxBuffer)} in one piece");
        }

        BufferHandle handle = Cl.CreateBuffer(_context, Cl.ReadWrite, (nuint)Math.Max(bytes, 4), 0, out int status);
        Check(status, "reserving memory");
        BytesHeld += bytes;
        MostBytesHeld = Math.Max(MostBytesHeld, BytesHeld);
        return new DeviceBuffer(this, handle, bytes);
    }

    internal void Released(DeviceBuffer buffer) => BytesHeld -= buffer.Bytes;

    /// <summary>Copies to the device; what is copied from may change as soon as this returns.</summary>
    internal unsafe void Write<T>(DeviceBuffer to, ReadOnlySpan<T> from, long offset = 0)
        where T : unmanaged
    {
        // A blocking copy could not be watched while kernels are before it.
        Wait(Marker(), CancellationToken.None);
        nuint bytes = (nuint)from.Length * (nuint)sizeof(T);
        fixed (T* source = from)
        {
            Check(Cl.Write(_kernels, to.Handle, 1, (nuint)offset, bytes, source, 0, null, out EventHandle done), "copying to the device");
            done.Dispose();
        }

        BytesUp += (long)bytes;
    }

    /// <summary>A buffer with this content.</summary>
    internal DeviceBuffer Upload<T>(ReadOnlySpan<T> from)
        where T : unmanaged
    {
        DeviceBuffer buffer = Allocate((long)from.Length * Unsafe.SizeOf<T>());
        Write(buffer, from);
        return buffer;
    }

    /// <summary>Copies from the device, after all that was asked of it before.</summary>
    internal unsafe void Read<T>(DeviceBuffer from, Span<T> to, CancellationToken cancellation)
        where T : unmanaged
    {
        // A blocking read could not be watched.
        Wait(Marker(), cancellation);
        nuint bytes = (nuint)to.Length * (nuint)sizeof(T);
        fixed (T* target = to)
        {
            Check(Cl.Read(_kernels, from.Handle, 1, 0, bytes, target, 0, null, out EventHandle done), "copying from the device");
            done.Dispose();
        }

        BytesDown += (long)bytes;
    }

    /// <summary>
    /// Begins to copy from the device what was computed so far, while it goes on computing something else.
    /// </summary>
    /// <param name="from">Nothing may be written there until the copy is made.</param>
    /// <param name="to">Pinned.</param>
    /// <param name="bytes">How many.</param>
    internal unsafe EventHandle BeginRead(DeviceBuffer from, void* to, long bytes)
    {
        using EventHandle before = Marker();
        nint waitFor = before.Value;
        Check(Cl.Read(_transfers, from.Handle, 0, 0, (nuint)bytes, to, 1, &waitFor, out EventHandle done), "copying from the device");
        Check(Cl.Flush(_transfers), "copying from the device");
        BytesDown += bytes;
        return done;
    }

    internal unsafe void Copy(DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes)
    {
        ThrowIfBroken();
        Check(
            Cl.Copy(_kernels, from.Handle, to.Handle, (nuint)fromOffset, (nuint)toOffset, (nuint)bytes, 0, null, out EventHandle done),
            "copying on the device");
        done.Dispose();
    }

    /// <summary>Launches one work item for each of a number of things.</summary>
    internal void LaunchFlat(OpenClProgram program, string kernel, long count, LaunchCost cost, params ReadOnlySpan<Argument> arguments) =>
        Launch(program, kernel, [(nuint)RoundUp(count, FlatGroup), 1, 1], [FlatGroup, 1, 1], cost, arguments);

    /// <summary>Launches one work item for each place of a grid of so many frames in all.</summary>
    internal void LaunchGrid(
        OpenClProgram program, string kernel, Extent grid, int samples, LaunchCost cost, params ReadOnlySpan<Argument> arguments) =>
        Launch(
            program, kernel, [(nuint)RoundUp(grid.W, GroupW), (nuint)RoundUp(grid.H, GroupH), (nuint)grid.T * (nuint)samples],
            [GroupW, GroupH, 1], cost, arguments);

    internal void LaunchGroups(
        OpenClProgram program, string kernel, int groups, int samples, LaunchCost cost, params ReadOnlySpan<Argument> arguments) =>
        Launch(program, kernel, [(nuint)groups * FlatGroup, (nuint)samples, 1], [FlatGroup, 1, 1], cost, arguments);

    /// <summary>Where a launch counts, if anywhere. Asked for directly before the launch.</summary>
    internal Argument Counters() => _launches.NextSlot();

    private unsafe void Launch(
        OpenClProgram program, string name, ReadOnlySpan<nuint> global, ReadOnlySpan<nuint> local, LaunchCost cost, ReadOnlySpan<Argument> arguments)
    {
        ThrowIfBroken();
        KernelHandle kernel = program.Kernel(name);
        for (int i = 0; i < arguments.Length; i++)
        {
            Argument argument = arguments[i];
            Check(Cl.SetArgument(kernel, (uint)i, (nuint)argument.Size, argument.IsNull ? null : &argument.Bits), $"passing argument {i} to {name}");
        }

        fixed (nuint* items = global, group = local)
        {
            Check(Cl.Launch(_kernels, kernel, 3, null, items, group, 0, null, out EventHandle done), $"launching {name}");
            long count = (long)(global[0] * global[1] * global[2]);
            if (Measures) _launches.Add(name, count, cost, done);
            else done.Dispose();
        }
    }

    /// <summary>Stands for all that was asked for so far.</summary>
    internal EventHandle Marker()
    {
        ThrowIfBroken();
        Check(Cl.Marker(_kernels, out EventHandle done), "waiting for the device");
        Check(Cl.Flush(_kernels), "waiting for the device");
        return done;
    }

    /// <summary>Waits for a command, and gives its event back.</summary>
    /// <exception cref="OpenClException">It failed, or took longer than the watchdog allows.</exception>
    internal unsafe void Wait(EventHandle done, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        var pause = default(SpinWait);
        while (true)
        {
            int status;
            Check(Cl.GetEventInfo(done, Cl.ExecutionStatus, sizeof(int), &status, null), "waiting for the device");
            if (status < 0) throw Break(OpenClException.OfLaunch(status));
            if (status == 0) break;
            cancellation.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(start) > _watchdog)
            {
                throw Break(new OpenClException(
                    OpenClFailure.Hung, $"a launch on {Device.Name} did not end within {_watchdog.TotalSeconds:0.##} seconds; the device is given up"));
            }

            // A launch of a small level takes less than the shortest sleep, and the next one is waiting behind it.
            if (Stopwatch.GetElapsedTime(start) < Awake) pause.SpinOnce(sleep1Threshold: -1);
            else Thread.Sleep(1);
        }

        done.Dispose();
    }

    /// <summary>Seconds that a copy on the device takes.</summary>
    internal unsafe double MeasureCopy(DeviceBuffer from, DeviceBuffer to, long bytes, CancellationToken cancellation)
    {
        ThrowIfBroken();
        Check(Cl.Copy(_kernels, from.Handle, to.Handle, 0, 0, (nuint)bytes, 0, null, out EventHandle done), "copying on the device");
        Wait(Marker(), cancellation);
        (ulong start, ulong end) = Times(done);
        done.Dispose();
        return Math.Max(end - start, 1) / 1e9;
    }

    internal unsafe (ulong Start, ulong End) Times(EventHandle done)
    {
        ulong start, end;
        Check(Cl.GetProfilingInfo(done, Cl.ProfilingStart, sizeof(ulong), &start, null), "measuring a launch");
        Check(Cl.GetProfilingInfo(done, Cl.ProfilingEnd, sizeof(ulong), &end, null), "measuring a launch");
        return (start, end);
    }

    internal static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    private static long RoundUp(long value, int multiple) => (value + multiple - 1) / multiple * multiple;

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes / 1048576.0):0} MiB");

    private static unsafe (ContextHandle Context, QueueHandle Kernels, QueueHandle Transfers) Open(OpenClDevice device, bool measures)
    {
        nint id = device.Id;
        ContextHandle context = Cl.CreateContext(0, 1, &id, 0, 0, out int status);
        OpenClException.ThrowIfFailed(status, $"opening {device.Name}");
        QueueHandle kernels = Cl.CreateQueue(context, id, measures ? Cl.Profiling : 0, out status);
        OpenClException.ThrowIfFailed(status, $"opening {device.Name}");
        QueueHandle transfers = Cl.CreateQueue(context, id, 0, out status);
        OpenClException.ThrowIfFailed(status, $"opening {device.Name}");
        return (context, kernels, transfers);
    }

    /// <summary>Compiles kernels for the device; the caller's.</summary>
    /// <exception cref="OpenClException">The compiler does not take them: its log.</exception>
    internal OpenClProgram Compile(string source, string options)
    {
        ThrowIfBroken();

        // A compiler that knows the extension may still not know this form of it; without it everything is there too.
        if (Device.HasByteDots)
        {
            try
            {
                return OpenClProgram.Build(_context, Device, source, $"{options} -DBYTE_DOTS");
            }
            catch (OpenClException e) when (e.Failure == OpenClFailure.Build)
            {
            }
        }

        return OpenClProgram.Build(_context, Device, source, options);
    }

    /// <summary>The text of kernels that belong together.</summary>
    internal static string Source(params string[] names)
    {
        var source = new StringBuilder();
        foreach (string name in names)
        {
            using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Vgpnn.Kernels.OpenCl.{name}.cl")!;
            using var reader = new StreamReader(stream);
            source.Append(reader.ReadToEnd());
        }

        return source.ToString();
    }

    private void Check(int status, string what)
    {
        if (status != Cl.Success) throw Break(OpenClException.Of(status, what));
    }

    // A device that ran out of memory is as good as before; any other failure leaves it in an unknown state.
    private OpenClException Break(OpenClException e)
    {
        if (e.Failure is OpenClFailure.Lost or OpenClFailure.Hung) _broken ??= e;
        return e;
    }

    private void ThrowIfBroken()
    {
        if (_broken is not null) throw new OpenClException(_broken.Failure, _broken.Message, _broken);
    }
}
