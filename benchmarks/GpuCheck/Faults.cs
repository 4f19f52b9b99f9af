using System.Diagnostics;
using ILGPU;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Gpu.Shapes;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.GpuCheck;

/// <summary>Deliberate failures.</summary>
internal static class Faults
{
    /// <summary>Provokes an allocation beyond the limit, a device that does not answer, and an invalid address; each must end in its own error.</summary>
    public static int Provoke()
    {
        DeviceDescription device = Devices.Find();
        bool refused = Expect("allocation beyond the available memory", DeviceFailure.OutOfMemory, () =>
        {
            using Device open = Device.Open(device);
            open.Invoke(engine =>
            {
                // In parts, each of which is below the limit per buffer.
                var held = new Stack<DeviceVolume>();
                try
                {
                    while (true) held.Push(engine.Allocate(new Extent(64, 1024, 1024)));
                }
                finally
                {
                    while (held.TryPop(out DeviceVolume? volume)) volume.Dispose();
                }
            });
        });
        bool hung = Expect("kernel that exceeds a watchdog of one second", DeviceFailure.Hung, () =>
        {
            Device open = Device.Open(device, watchdog: TimeSpan.FromSeconds(1));
            open.Invoke(engine =>
            {
                using DeviceBuffer result = open.Allocate(1 << 20);
                for (int i = 0; i < 200; i++)
                {
                    open.Launch(
                        open.Flat.Peak, new KernelConfig(1024, open.FlatThreads), new LaunchCost(0),
                        new PeakArguments { Result = result.View<int>(), Rounds = 1 << 24 });
                }

                engine.Finish();
            });
        });

        // PoCL does not protect the process's memory from kernels.
        bool illegal = device.Kind == DeviceKind.CpuDriver || Child("illegal");
        return refused && hung && illegal ? 0 : 1;
    }

    /// <summary>Writes out of bounds; runs in a separate process, because the device is lost afterwards.</summary>
    public static int WriteOutOfBounds() => Expect("illegal address", DeviceFailure.Lost, () =>
    {
        Device device = Device.Open(Devices.Find());
        device.Invoke(engine =>
        {
            using DeviceBuffer result = device.Allocate(64 * sizeof(int));
            device.Launch(
                new Kernel<PeakArguments>("far", Far), new KernelConfig(1, 32), new LaunchCost(0),
                new PeakArguments { Result = result.View<int>(), Rounds = 1 << 29 });
            engine.Finish();
        });
    })
        ? 0
        : 1;

    /// <summary>Squared differences of voxels in registers, in two independent chains.</summary>
    public static void Chain(PeakArguments p)
    {
        int i = ResampleKernels.First();
        uint a = (uint)i, b = a + 1;
        for (int round = 0; round < p.Rounds; round++)
        {
            a = Voxels.Squared(a, 0x12345678, (uint)round);
            b = Voxels.Squared(b, 0x9ABCDEF0, (uint)round);
        }

        p.Result[i] = (int)(a ^ b);
    }

    private static void Far(PeakArguments p) => p.Result[p.Rounds + ResampleKernels.First()] = 1;

    private static bool Expect(string what, DeviceFailure failure, Action action)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            action();
            Console.WriteLine($"{what}: NO error");
            return false;
        }
        catch (DeviceException e)
        {
            Console.WriteLine($"{what}: {e.Failure} after {clock.Elapsed.TotalSeconds:F1} s{(e.Failure == failure ? "" : $", NOT {failure}")} ({e.Message})");
            return e.Failure == failure;
        }
    }

    private static bool Child(string step)
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [step]))!;
        child.WaitForExit();
        return child.ExitCode == 0;
    }
}
