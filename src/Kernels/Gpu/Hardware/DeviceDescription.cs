namespace Vgpnn.Kernels.Gpu.Hardware;

/// <summary>Through which driver a device is reached.</summary>
public enum DeviceKind
{
    /// <summary>A GPU of NVIDIA.</summary>
    Cuda,

    /// <summary>A GPU with an OpenCL driver.</summary>
    OpenCl,

    /// <summary>The CPU behind an OpenCL driver; listed for tests only (<see cref="Devices.AllowCpuDrivers"/>).</summary>
    CpuDriver,

    /// <summary>A simulator that checks every access to memory; for tests, and never listed.</summary>
    Simulator,
}

/// <summary>A device as its driver describes it.</summary>
public sealed record DeviceDescription
{
    /// <summary>Position in <see cref="Devices.List"/>, from 0.</summary>
    public int Index { get; init; }

    /// <summary>The manufacturer's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>The platform of its driver, such as <c>CUDA</c>.</summary>
    public required string Platform { get; init; }

    /// <summary>Versions of the driver and of the device's architecture or language.</summary>
    public required string Version { get; init; }

    /// <summary>Through which driver it is reached.</summary>
    public required DeviceKind Kind { get; init; }

    /// <summary>Multiprocessors or compute units.</summary>
    public required int Units { get; init; }

    /// <summary>Bytes of its memory.</summary>
    public required long Memory { get; init; }

    /// <summary>Bytes that one buffer may have.</summary>
    public required long MaxBuffer { get; init; }

    /// <summary>Bytes that the threads of a group may share.</summary>
    public required long SharedMemory { get; init; }

    /// <summary>Threads that a group may have.</summary>
    public required int MaxGroup { get; init; }

    /// <summary>Position among the devices of its kind of driver.</summary>
    internal int Ordinal { get; init; }
}
