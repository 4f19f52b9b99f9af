using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using Vgpnn.Kernels.Gpu.Hardware;

namespace Vgpnn.Kernels.Gpu;

/// <summary>A kernel for one shape and variant.</summary>
internal abstract class Kernel(string name)
{
    /// <summary>Its name in what launches report.</summary>
    public string Name => name;

    /// <summary>The method that is compiled.</summary>
    public abstract MethodInfo Method { get; }
}

/// <summary>A kernel that takes its arguments as one structure, and belongs to one device, for which it is compiled at its first launch.</summary>
internal sealed class Kernel<T>(string name, Action<T> method) : Kernel(name)
    where T : struct
{
    private Action<AcceleratorStream, KernelConfig, T>? _launcher;

    public override MethodInfo Method => method.Method;

    /// <summary>Compiles it unless it is compiled already.</summary>
    /// <exception cref="DeviceException">Build: the device's compiler refuses it.</exception>
    public Action<AcceleratorStream, KernelConfig, T> Launcher(Device device) => _launcher ??= device.Load(Name, a => a.LoadKernel(method));
}
