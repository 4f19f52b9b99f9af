namespace Vgpnn.Kernels.Gpu.Hardware;

/// <summary>The kind of driver that gives access to a device.</summary>
public enum DeviceKind
{
    /// <summary>An NVIDIA GPU with a CUDA driver.</summary>
    Cuda,

    /// <summary>A GPU with an OpenCL driver.</summary>
    OpenCl,

    /// <summary>A CPU with an OpenCL driver; listed for tests only (<see cref="Devices.AllowCpuDrivers"/>).</summary>
    CpuDriver,

    /// <summary>ILGPU's simulator, which checks every memory access; for tests, never listed.</summary>
    Simulator,
}

/// <summary>A device as its driver describes it.</summary>
public sealed record DeviceDescription
{
    /// <summary>Index in <see cref="Devices.List"/>, from 0.</summary>
    public int Index { get; init; }

    /// <summary>Name given by the manufacturer.</summary>
    public required string Name { get; init; }

    /// <summary>Platform of the driver, such as <c>CUDA</c>.</summary>
    public required string Platform { get; init; }

    /// <summary>Versions of the driver and of the device's architecture or OpenCL.</summary>
    public required string Version { get; init; }

    /// <summary>Kind of driver.</summary>
    public required DeviceKind Kind { get; init; }

    /// <summary>Number of multiprocessors or compute units.</summary>
    public required int Units { get; init; }

    /// <summary>Memory of the device, in bytes.</summary>
    public required long Memory { get; init; }

    /// <summary>Maximum size of one buffer, in bytes.</summary>
    public required long MaxBuffer { get; init; }

    /// <summary>Shared memory per group, in bytes.</summary>
    public required long SharedMemory { get; init; }

    /// <summary>Maximum number of threads per group.</summary>
    public required int MaxGroup { get; init; }

    /// <summary>Index among the devices of the same kind of driver.</summary>
    internal int Ordinal { get; init; }
}
