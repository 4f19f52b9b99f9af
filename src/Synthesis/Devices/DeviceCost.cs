using Vgpnn.Kernels;
using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Synthesis;

/// <summary>What a plan takes on a device.</summary>
public static class DeviceCost
{
    // More samples than this fill no device better.
    private const int MostTogether = 16;

    // A part of the device's memory is the driver's own, and the display's.
    private const double Usable = 0.9;

    // Tables of filters, seeds, sums and kernels.
    internal const long Spare = 16L << 20;

    /// <summary>Levels of the input may take this part of what there is.</summary>
    private const double KeptShare = 0.25;

    /// <summary>Bytes that a batch takes at most on a device whose levels are all kept.</summary>
    public static long PeakBytes(PyramidPlan plan, MethodOptions options, int samples)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return PeakBytes(plan, options, samples, 1);
    }

    /// <summary>Bytes that one sample takes at most on a device that keeps no level but the full size.</summary>
    public static long LeastBytes(PyramidPlan plan, MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return PeakBytes(plan, options, 1, plan.Levels.Count);
    }

    /// <summary>Bytes of a device's memory that samples may take.</summary>
    public static long UsableBytes(DeviceSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return (long)(session.MaxBytes * Usable);
    }

    /// <exception cref="VgpnnException">Kind Device: one sample takes more than there is.</exception>
    internal static int LargestBatch(PyramidPlan plan, MethodOptions options, DeviceSession session)
    {
        long there = UsableBytes(session);
        int finestKept = FinestKeptLevel(plan.Levels, session.MaxBytes);
        for (int samples = MostTogether; samples > 0; samples /= 2)
        {
            if (PeakBytes(plan, options, samples, finestKept) <= there && LargestBuffer(plan, samples) <= session.Device.MaxBuffer) return samples;
        }

        long needed = Math.Max(PeakBytes(plan, options, 1, finestKept), LargestBuffer(plan, 1));
        throw new VgpnnException(
            ErrorKind.Device, "device-memory",
            $"this takes {needed >> 20} MiB on {session.Device.Name}, {LargestBuffer(plan, 1) >> 20} MiB of it in one piece, and it allows "
            + $"{there >> 20} MiB, {session.Device.MaxBuffer >> 20} MiB in one piece",
            "make it smaller (--max-height, --frames), or leave it to the processor: --device cpu");
    }

    internal static int FinestKeptLevel(IReadOnlyList<LevelPlan> levels, long memory)
    {
        long bytes = 0;
        int n = levels.Count;
        while (n > 1 && (bytes += Voxels(levels[n - 1].Input)) <= memory * KeptShare) n--;
        return n;
    }

    // Follows DeviceWalk step by step: what is there when the most is there.
    private static long PeakBytes(PyramidPlan plan, MethodOptions options, int samples, int finestKept)
    {
        IReadOnlyList<LevelPlan> levels = plan.Levels;
        long always = Spare + Voxels(levels[0].Input) + (3 * levels[0].Input.Count);
        for (int n = finestKept; n < levels.Count; n++) always += Voxels(levels[n].Input);
        long peak = 0;
        for (int n = levels.Count - 1; n >= 0; n--)
        {
            LevelPlan level = levels[n];

            // At the two coarsest levels every start is a sample.
            int batch = n >= levels.Count - 2 ? samples * plan.Starts : samples;
            long output = Voxels(level.Output) * batch, made = n == 0 || n >= finestKept ? 0 : Voxels(level.Input);
            long resized = made == 0 ? 0 : OpenClEngine.ResizingBytes(levels[0].Input, level.Input, 1);
            long loop = options.Loop
                ? (Voxels(level.Query) + Voxels(level.Query with { T = level.Query.T + level.Patch.T }) + DeviceField.Bytes(level.QueryGrid with { T = level.Query.T + level.Patch.T }, 1)) * batch
                : 0;
            long search = DeviceField.Bytes(level.QueryGrid, batch) + loop;
            if (n == levels.Count - 1)
            {
                peak = Math.Max(peak, resized + made + output + search + (2 * Voxels(level.Query) * batch));
                continue;
            }

            LevelPlan coarser = levels[n + 1];
            long before = Voxels(coarser.Output) * batch, keys = Voxels(level.Input);
            long enlarging = OpenClEngine.ResizingBytes(coarser.Output with { T = coarser.Output.T + 6 }, level.Output, batch);
            long blurring = OpenClEngine.ResizingBytes(coarser.Input, level.Input, 1) + (n + 1 >= finestKept ? 0 : Voxels(coarser.Input));

            // What goes back to the host is unpacked first, 3 bytes a voxel, while the next level begins.
            long leaving = 3 * (coarser.Output.Count + level.Output.Count) * batch;
            peak = Math.Max(peak, made + output + leaving + Math.Max(Math.Max(before + enlarging, resized), keys + Math.Max(blurring, search)));
        }

        return always + peak;
    }

    private static long LargestBuffer(PyramidPlan plan, int samples) => plan.Levels.Max(level =>
    {
        int batch = level.Index >= plan.Levels.Count - 2 ? samples * plan.Starts : samples;
        return Math.Max(Voxels(level.Input), 2 * Voxels(level.Output) * batch);
    });

    private static long Voxels(Extent size) => size.Count * DeviceVolume.VoxelBytes;
}
