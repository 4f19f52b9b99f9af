using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Vgpnn.Kernels.Gpu.Shapes;

namespace Vgpnn.Kernels.Gpu.Hardware;

/// <summary>The devices of this machine: NVIDIA GPUs first, then other GPUs with OpenCL.</summary>
public static class Devices
{
    /// <summary>
    /// Environment variable that, if set to 1, adds OpenCL drivers for CPUs, such as PoCL, to the list. They are slower than the
    /// CPU backend; tests use them to run the device kernels on machines without a GPU.
    /// </summary>
    public const string AllowCpuDrivers = "VGPNN_ALLOW_CPU_DRIVERS";

    private const string Cuda = "cuda";
    private const string OpenCl = "OpenCL";

    // ILGPU loads file names that only development packages install.
    static Devices() => AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
        name is Cuda or OpenCl && TryLoad(name, out nint library) ? library : 0;

    /// <summary>A simulator on the CPU for tests, which checks every memory access and is slow.</summary>
    internal static DeviceDescription Simulator { get; } = new()
    {
        Name = "simulator",
        Platform = "ILGPU",
        Version = "",
        Kind = DeviceKind.Simulator,
        Units = 1,
        Memory = 1 << 30,
        MaxBuffer = 1 << 30,
        SharedMemory = 1 << 20,
        MaxGroup = PairGroup.W * PairGroup.H,
    };

    private static bool AllowsCpuDrivers => Environment.GetEnvironmentVariable(AllowCpuDrivers) == "1";

    /// <summary>Lists all devices of this machine that can run the kernels, in a stable order.</summary>
    /// <exception cref="DeviceException">NoDriver: the machine has no GPU driver; NoDevice: the drivers have no suitable device.</exception>
    public static IReadOnlyList<DeviceDescription> List()
    {
        using Context context = Create(DeviceKind.Cuda, DeviceKind.OpenCl);
        var devices = new List<DeviceDescription>();
        foreach (CudaDevice device in context.GetCudaDevices()) devices.Add(Describe(device, devices.Count));
        bool hasCuda = devices.Count > 0;
        int ordinal = 0;
        foreach (CLDevice device in context.GetCLDevices())
        {
            // NVIDIA's driver also lists its GPUs for OpenCL.
            if (!hasCuda || !device.PlatformName.Contains("NVIDIA", StringComparison.OrdinalIgnoreCase)) devices.Add(Describe(device, ordinal));
            ordinal++;
        }

        if (devices.Count > 0) return [.. devices.OrderBy(d => d.Kind).Select((d, i) => d with { Index = i })];
        throw TryLoad(Cuda, out _) || TryLoad(OpenCl, out _)
            ? new DeviceException(DeviceFailure.NoDevice, "no GPU found that can run the kernels; CUDA or OpenCL 2.0 is required")
            : new DeviceException(DeviceFailure.NoDriver, "no GPU driver found: neither libcuda.so.1 nor libOpenCL.so.1 can be loaded; install the driver of the GPU");
    }

    /// <summary>Returns one device.</summary>
    /// <param name="index">Index in <see cref="List"/>; <c>null</c> for the first device.</param>
    /// <exception cref="DeviceException">The device does not exist, or the machine has no devices.</exception>
    public static DeviceDescription Find(int? index = null)
    {
        IReadOnlyList<DeviceDescription> devices = List();
        int wanted = index ?? 0;
        if ((uint)wanted < (uint)devices.Count) return devices[wanted];
        throw new DeviceException(
            DeviceFailure.NoDevice,
            $"there is no device {wanted}; " + (devices.Count == 1 ? "the only one is device 0" : $"devices are numbered 0–{devices.Count - 1}"));
    }

    /// <summary>Opens a device.</summary>
    /// <returns>The context, which must be disposed after the accelerator.</returns>
    internal static (Context Context, Accelerator Accelerator) Open(DeviceDescription device, bool measures)
    {
        Context context = Create(measures, device.Kind);
        try
        {
            return (context, device.Kind switch
            {
                DeviceKind.Cuda => context.GetCudaDevices()[device.Ordinal].CreateAccelerator(context),
                DeviceKind.Simulator => context.GetCPUDevices()[0].CreateAccelerator(context),
                _ => Permitted(context.GetCLDevices()[device.Ordinal]).CreateAccelerator(context),
            });
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Creates a context without devices, for compilers.</summary>
    internal static Context Create(params DeviceKind[] kinds) => Create(false, kinds);

    private static Context Create(bool measures, params ReadOnlySpan<DeviceKind> kinds)
    {
        // Without O2, loads use the generic address space, and every voxel of the inner loop goes through local memory.
        Context.Builder builder = Context.Create().Optimize(OptimizationLevel.O2);
        foreach (DeviceKind kind in kinds)
        {
            builder = kind switch
            {
                DeviceKind.Cuda => builder.Cuda(),
                DeviceKind.Simulator => builder.CPU(new CPUDevice(PairGroup.W * PairGroup.H, 1, 2)),
                _ => builder.OpenCL(CanRun),
            };
        }

        return (measures ? builder.Profiling() : builder).ToContext();
    }

    // ILGPU requires a generic address space, but can infer the address space of all pointers in these kernels; PoCL 3 lacks it.
    private static bool CanRun(CLDevice device) =>
        device.DeviceType == CLDeviceType.CL_DEVICE_TYPE_CPU ? AllowsCpuDrivers : device.Capabilities.GenericAddressSpace;

    private static CLDevice Permitted(CLDevice device)
    {
        if (device.DeviceType == CLDeviceType.CL_DEVICE_TYPE_CPU) SetGenericAddressSpace(device.Capabilities, true);
        return device;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_GenericAddressSpace")]
    private static extern void SetGenericAddressSpace(CLCapabilityContext capabilities, bool value);

    private static DeviceDescription Describe(CudaDevice device, int ordinal) => new()
    {
        Name = device.Name,
        Platform = "CUDA",
        Version = $"driver {device.DriverVersion.Major}.{device.DriverVersion.Minor}, {device.Architecture}, PTX {device.InstructionSet}",
        Kind = DeviceKind.Cuda,
        Units = device.NumMultiprocessors,
        Memory = device.MemorySize,
        MaxBuffer = device.MemorySize,
        SharedMemory = device.MaxSharedMemoryPerGroup,
        MaxGroup = device.MaxNumThreadsPerGroup,
        Ordinal = ordinal,
    };

    private static DeviceDescription Describe(CLDevice device, int ordinal) => new()
    {
        Name = device.Name,
        Platform = device.PlatformName,
        Version = $"OpenCL {device.DeviceVersion.Major}.{device.DeviceVersion.Minor}",
        Kind = device.DeviceType == CLDeviceType.CL_DEVICE_TYPE_CPU ? DeviceKind.CpuDriver : DeviceKind.OpenCl,
        Units = device.NumMultiprocessors,
        Memory = device.MemorySize,
        MaxBuffer = device.GetDeviceInfo<long>(CLDeviceInfoType.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        SharedMemory = device.MaxSharedMemoryPerGroup,
        MaxGroup = device.MaxNumThreadsPerGroup,
        Ordinal = ordinal,
    };

    private static bool TryLoad(string name, out nint library) => NativeLibrary.TryLoad($"lib{name}.so.1", out library);
}
