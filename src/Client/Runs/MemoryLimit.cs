using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Client.Runs;

/// <summary>Rejects runs that need more memory than allowed, and suggests a height that fits.</summary>
internal static class MemoryLimit
{
    private const int LowestHeight = 8;

    /// <exception cref="VgpnnException">Kind Device: the plan needs more memory than allowed.</exception>
    public static void ThrowIfExceeded(PyramidPlan plan, IReadOnlyList<ReadInput> inputs, RunRequest request)
    {
        long limit = request.Machine.MemoryLimit;
        if (plan.PeakBytes <= limit) return;
        InputSize[] shown = [.. inputs.Select(i => new InputSize(i.Role, new Extent(i.Clip.Frames.Count, i.Shown.Height, i.Shown.Width)))];
        int? fitting = LargestHeight(shown, request.Options, limit, request.Flow?.Flow);
        string range = InputSettings.RangeName(request.Options.Application);
        string hint = fitting is null
            ? $"no smaller height fits; use a larger --max-memory, or fewer frames ({range} A..B)"
            : $"use --max-height {fitting}, fewer frames ({range} A..B), or a larger --max-memory";
        throw new VgpnnException(
            ErrorKind.Device, "memory-limit",
            $"the run needs up to {ByteSize.Format(plan.PeakBytes)} of memory, but only {ByteSize.Format(limit)} is allowed", hint);
    }

    /// <summary>The largest <c>--max-height</c> whose plan fits; <c>null</c> if none does.</summary>
    public static int? LargestHeight(IReadOnlyList<InputSize> shown, MethodOptions options, long limit, IOpticalFlow? flow = null)
    {
        int low = LowestHeight - 1;
        int high = shown.Max(i => i.Size.H);
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (Fits(shown, middle, options, limit, flow)) low = middle;
            else high = middle;
        }

        return low >= LowestHeight && PeakBytes(shown, low, options, flow) <= limit ? low : null;
    }

    /// <summary>Returns 0 for sizes that are too small to plan, so that the search continues above them.</summary>
    private static bool Fits(IReadOnlyList<InputSize> shown, int height, MethodOptions options, long limit, IOpticalFlow? flow) =>
        (PeakBytes(shown, height, options, flow) ?? 0) <= limit;

    private static long? PeakBytes(IReadOnlyList<InputSize> shown, int height, MethodOptions options, IOpticalFlow? flow)
    {
        try
        {
            return PyramidPlanner.Plan([.. shown.Select(i => i with { Size = Reduced(i.Size, height) })], options, flow).PeakBytes;
        }
        catch (VgpnnException)
        {
            return null;
        }
    }

    /// <summary>The size after downscaling as the reader does it: the width is even, and frames are never enlarged.</summary>
    private static Extent Reduced(Extent size, int height) => size.H <= height
        ? size
        : size with { H = height, W = 2 * Math.Max(1, (int)Math.Round((double)size.W * height / (2.0 * size.H))) };
}
