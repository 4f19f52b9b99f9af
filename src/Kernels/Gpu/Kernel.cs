using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using Vgpnn.Kernels.Gpu.Hardware;

namespace Vgpnn.Kernels.Gpu;

/// <summary>A kernel for one patch size, group shape and variant.</summary>
internal abstract class Kernel(string name)
{
    /// <summary>Name in launch reports.</summary>
    public string Name => name;

    /// <summary>The method that ILGPU compiles.</summary>
    public abstract MethodInfo Method { get; }
}

/// <summary>A kernel with a single argument structure, compiled for one device at its first launch.</summary>
internal sealed class Kernel<T>(string name, Action<T> method) : Kernel(name)
    where T : struct
{
    private Action<AcceleratorStream, KernelConfig, T>? _launcher;

    public override MethodInfo Method => method.Method;

    /// <summary>Returns the launcher, compiling the kernel if necessary.</summary>
    /// <exception cref="DeviceException">Build: the kernel cannot be compiled for the device.</exception>
    public Action<AcceleratorStream, KernelConfig, T> Launcher(Device device) => _launcher ??= device.Load(Name, a => a.LoadKernel(method));
}
