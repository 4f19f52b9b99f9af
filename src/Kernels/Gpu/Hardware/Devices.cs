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

/// <summary>The devices of this machine: NVIDIA's GPUs first, then other GPUs that speak OpenCL.</summary>
public static class Devices
{
    /// <summary>
    /// The environment variable that, set to 1, adds OpenCL drivers that run on the CPU, such as PoCL, to the list. They are slower than the
    /// CPU backend; tests use them to run the device kernels on machines without a GPU.
    /// </summary>
    public const string AllowCpuDrivers = "VGPNN_ALLOW_CPU_DRIVERS";

    private const string Cuda = "cuda";
    private const string OpenCl = "OpenCL";

    // ILGPU asks for files that only development packages install.
    static Devices() => AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
        name is Cuda or OpenCl && TryLoad(name, out nint library) ? library : 0;

    /// <summary>A simulator on the CPU, for tests: it checks every access to memory, and is slow.</summary>
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

    /// <summary>All devices of this machine that can run the kernels, in an order that does not change from call to call.</summary>
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
            // NVIDIA's driver lists its GPUs for OpenCL too.
            if (!hasCuda || !device.PlatformName.Contains("NVIDIA", StringComparison.OrdinalIgnoreCase)) devices.Add(Describe(device, ordinal));
            ordinal++;
        }

        if (devices.Count > 0) return [.. devices.OrderBy(d => d.Kind).Select((d, i) => d with { Index = i })];
        throw TryLoad(Cuda, out _) || TryLoad(OpenCl, out _)
            ? new DeviceException(DeviceFailure.NoDevice, "the installed drivers have no GPU that can run the kernels (OpenCL 2.0 or CUDA)")
            : new DeviceException(DeviceFailure.NoDriver, "this machine has no GPU driver: neither libcuda.so.1 nor libOpenCL.so.1 can be loaded");
    }

    /// <summary>One device.</summary>
    /// <param name="index">Its position in <see cref="List"/>; <c>null</c> means the first.</param>
    /// <exception cref="DeviceException">The machine has no device with this number, or none at all.</exception>
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
    /// <returns>The context, which has to be disposed of after the accelerator.</returns>
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

    /// <summary>A context without devices, for compilers.</summary>
    internal static Context Create(params DeviceKind[] kinds) => Create(false, kinds);

    private static Context Create(bool measures, params ReadOnlySpan<DeviceKind> kinds)
    {
        // Without O2 loads are generic, and every voxel of the inner loop goes through local memory.
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

    // A kernel whose pointers ILGPU can place, as it can all of ours, needs no generic address space; PoCL 3 has none.
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
