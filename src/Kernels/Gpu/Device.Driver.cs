using System.Diagnostics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Util;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Shapes;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu;

// The part that runs on the device's thread and calls the driver.
public sealed partial class Device
{
    private const int FlatGroup = 128;

    // The limit that CUDA guarantees without opt-in; tiles that do not fit use a smaller group.
    private const int SharedBytes = 48 << 10;

    private readonly Dictionary<Extent, PatchKernels> _patches = [];
    private Context? _context;
    private Accelerator? _accelerator;
    private Arena? _arena;
    private LaunchLog? _launches;
    private GpuEngine? _engine;

    internal FlatKernels Flat { get; } = new();

    /// <summary>Threads per group for kernels that do not depend on the patch size.</summary>
    internal int FlatThreads => Description.Kind == DeviceKind.Simulator ? PairGroup.W * PairGroup.H : FlatGroup;

    internal Accelerator Accelerator => _accelerator!;

    /// <summary>Returns the kernels for a patch size.</summary>
    /// <exception cref="DeviceException">Build: the groups that the patch needs exceed the device's limits.</exception>
    internal PatchKernels Patches(Extent patch)
    {
        ThrowUnlessUsable();
        if (_patches.TryGetValue(patch, out PatchKernels? kernels)) return kernels;
        Type[] shapes = Description.Kind == DeviceKind.Simulator
            ? [typeof(PairGroup)]
            : [_group ?? typeof(WideGroup), typeof(SquareGroup), typeof(SmallGroup)];
        long room = Math.Min(SharedBytes, Description.SharedMemory);
        foreach (Type shape in shapes)
        {
            kernels = PatchKernels.Create(patch, shape);

            // Exhaustive search uses two tiles, and counting takes eight bytes per thread.
            int threads = kernels.GroupW * kernels.GroupH;
            if ((2 * sizeof(uint) * kernels.Tile) + (threads * 8) <= room && threads <= Description.MaxGroup) return _patches[patch] = kernels;
        }

        throw new DeviceException(DeviceFailure.Build, $"{Description.Name} cannot run groups for patches of {patch}; use smaller patches or the CPU");
    }

    /// <summary>Compiles a kernel.</summary>
    /// <exception cref="DeviceException">Build: compilation failed, and the ILGPU context and the device are unusable from now on.</exception>
    internal T Load<T>(string kernel, Func<Accelerator, T> load)
    {
        ThrowUnlessUsable();
        try
        {
            return Wait(() => load(_accelerator!));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw Break(DeviceFailure.Build, $"cannot compile the kernel {kernel} for {Description.Name}: {e.Message}", e);
        }
    }

    /// <summary>Launches a kernel.</summary>
    internal void Launch<T>(Kernel<T> kernel, KernelConfig config, LaunchCost cost, T arguments)
        where T : struct
    {
        Action<AcceleratorStream, KernelConfig, T> launcher = kernel.Launcher(this);
        ThrowUnlessUsable();
        AcceleratorStream stream = _accelerator!.DefaultStream;
        ProfilingMarker? start = Measures ? stream.AddProfilingMarker() : null;
        Wait(() => launcher(stream, config, arguments));
        if (start is not null) _launches!.Add(kernel.Name, config.Size, cost, start, stream.AddProfilingMarker());
    }

    /// <summary>Returns a counter slot for each group of the next launch, or <paramref name="otherwise"/> if launches are not measured.</summary>
    internal ArrayView<ulong> Counters(KernelConfig config, ArrayView<ulong> otherwise) =>
        Measures ? _launches!.Counters((long)config.GridDim.X * config.GridDim.Y * config.GridDim.Z) : otherwise;

    internal IReadOnlyList<KernelLaunch> TakeLaunches() => _launches!.Take();

    /// <exception cref="DeviceException">OutOfMemory: the message gives the bytes needed and available.</exception>
    internal DeviceBuffer Allocate(long bytes)
    {
        ThrowUnlessUsable();
        return _arena!.Allocate(Math.Max(bytes, sizeof(int)));
    }

    /// <summary>Copies to the device; the source can be reused when this returns.</summary>
    internal unsafe void Write<T>(DeviceBuffer to, ReadOnlySpan<T> from)
        where T : unmanaged
    {
        ThrowUnlessUsable();
        if (from.IsEmpty) return;
        AcceleratorStream stream = _accelerator!.DefaultStream;
        Begin();
        try
        {
            // Drivers may read the source until the copy is synchronised.
            fixed (T* _ = from)
            {
                to.View<T>(0, from.Length).CopyFromCPU(stream, from);
                stream.Synchronize();
            }
        }
        finally
        {
            End();
        }

        BytesUp += (long)from.Length * Unsafe.SizeOf<T>();
    }

    /// <summary>Copies to newly allocated memory of the device.</summary>
    internal DeviceBuffer Upload<T>(ReadOnlySpan<T> from)
        where T : unmanaged
    {
        DeviceBuffer buffer = Allocate((long)from.Length * Unsafe.SizeOf<T>());
        Write(buffer, from);
        return buffer;
    }

    /// <summary>Copies from the device after all commands so far.</summary>
    internal unsafe void Read<T>(DeviceBuffer from, Span<T> to)
        where T : unmanaged
    {
        ThrowUnlessUsable();
        if (to.IsEmpty) return;
        AcceleratorStream stream = _accelerator!.DefaultStream;
        Begin();
        try
        {
            fixed (T* _ = to)
            {
                from.View<T>(0, to.Length).CopyToCPU(stream, to);
                stream.Synchronize();
            }
        }
        finally
        {
            End();
        }

        BytesDown += (long)to.Length * Unsafe.SizeOf<T>();
    }

    /// <summary>Copies within the device.</summary>
    internal void Copy(DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes)
    {
        ThrowUnlessUsable();
        Wait(() => from.View<byte>(fromOffset, bytes).CopyTo(_accelerator!.DefaultStream, to.View<byte>(toOffset, bytes)));
    }

    /// <summary>Waits for all commands so far.</summary>
    internal void Synchronize()
    {
        ThrowUnlessUsable();
        Wait(_accelerator!.DefaultStream.Synchronize);
    }

    private void OpenHere()
    {
        Begin();
        try
        {
            (_context, _accelerator) = Devices.Open(Description, Measures);
        }
        finally
        {
            End();
        }

        if (_accelerator is CudaAccelerator cuda) MaxBytes = Math.Min(MaxBytes, cuda.GetFreeMemory());
        _arena = new Arena(bytes => Wait(() => _accelerator.AllocateRaw(bytes, 1)), MaxBytes, Description.MaxBuffer, Description.Name);
        _launches = new LaunchLog(this);
        _engine = new GpuEngine(this);
    }

    private void CloseHere()
    {
        try
        {
            _launches!.Dispose();
            _arena!.Dispose();
            _accelerator!.Dispose();
            _context!.Dispose();
        }
        catch (AcceleratorException)
        {
            // The device was lost while closing; the driver keeps its resources.
        }
    }

    private void ThrowUnlessUsable()
    {
        if (Thread.CurrentThread != _thread) throw new InvalidOperationException("a device can be used on its own thread only; call Device.Run");
        if (Broken is { } broken) throw Again(broken);
    }

    private void Wait(Action action) => Wait(() =>
    {
        action();
        return true;
    });

    // The watchdog measures the time spent in such a call.
    private T Wait<T>(Func<T> action)
    {
        Begin();
        try
        {
            return action();
        }
        finally
        {
            End();
        }
    }

    private void Begin() => Volatile.Write(ref _waitingSince, Stopwatch.GetTimestamp());

    private void End() => Volatile.Write(ref _waitingSince, 0);
}
