using System.Collections.Concurrent;
using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels.OpenCl;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Client.Runs;

/// <summary>The devices of this process: each is opened once, when it is first asked for.</summary>
internal static class Devices
{
    private static readonly ConcurrentDictionary<(int Index, bool Measures), Lazy<GpuDevice>> Open = new();

    /// <summary>What computes a run.</summary>
    /// <returns>A device; null: the processor.</returns>
    /// <exception cref="VgpnnException">There is no such device, or it cannot be opened.</exception>
    public static GpuDevice? Of(MachineRequest machine, MethodOptions options)
    {
        try
        {
            return machine.Device.Kind switch
            {
                DeviceKind.OpenCl => Opened(machine.Device.Index, machine.Measures),
                DeviceKind.Auto when DeviceSupport.Fits(options) && AutoDevice.Choose() is { } index => Opened(index, machine.Measures),
                _ => null,
            };
        }
        catch (OpenClException e)
        {
            throw DeviceSupport.Readable(e);
        }
    }

    private static GpuDevice Opened(int? index, bool measures) =>
        Open.GetOrAdd((index ?? 0, measures), key => new(() => new GpuDevice(new OpenClEngine(OpenClDevice.Find(key.Index), measures: key.Measures)))).Value;
}
