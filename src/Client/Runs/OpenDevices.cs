using System.Collections.Concurrent;
using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>The GPUs of this process; each is opened once, on first use.</summary>
internal static class OpenDevices
{
    private static readonly ConcurrentDictionary<(int Index, bool Measures, bool Former), Lazy<GpuDevice>> Open = new();

    /// <summary>The device of a run.</summary>
    /// <returns>A GPU; <c>null</c> for the CPU.</returns>
    /// <exception cref="VgpnnException">The device does not exist or cannot be opened.</exception>
    public static GpuDevice? Of(MachineRequest machine, MethodOptions options)
    {
        try
        {
            return machine.Device.Kind switch
            {
                DeviceChoiceKind.Gpu => Opened(machine.Device.Index, machine.Measures, machine.FormerSearch),
                DeviceChoiceKind.Auto when DeviceSupport.Fits(options) && AutoDevice.Choose() is { } index => Opened(index, machine.Measures, formerSearch: false),
                _ => null,
            };
        }
        catch (DeviceException e)
        {
            throw DeviceSupport.Readable(e);
        }
    }

    private static GpuDevice Opened(int? index, bool measures, bool formerSearch) => Open.GetOrAdd(
        (index ?? 0, measures, formerSearch), key => new(() => new GpuDevice(Device.Open(Devices.Find(key.Index), measures: key.Measures), key.Former))).Value;
}
