using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Client.Runs;

/// <summary>Refuses work that would not fit, and says what would.</summary>
internal static class MemoryLimit
{
    private const int LowestHeight = 8;

    /// <exception cref="VgpnnException">Kind Device: the plan takes more memory than allowed.</exception>
    public static void ThrowIfExceeded(PyramidPlan plan, IReadOnlyList<ReadInput> inputs, RunRequest request)
    {
        long limit = request.Machine.MemoryLimit;
        if (plan.PeakBytes <= limit) return;
        InputSize[] shown = [.. inputs.Select(i => new InputSize(i.Role, new Extent(i.Clip.Frames.Count, i.Shown.Height, i.Shown.Width)))];
        int? fitting = LargestHeight(shown, request.Options, limit, request.Flow?.Flow);
        string range = InputSettings.RangeName(request.Options.Application);
        string hint = fitting is null
            ? $"no smaller height would fit; raise --max-memory, or take fewer frames ({range} A..B)"
            : $"--max-height {fitting} would fit; so would fewer frames ({range} A..B) or a larger --max-memory";
        throw new VgpnnException(
            ErrorKind.Device, "memory-limit",
            $"this takes up to {ByteSize.Format(plan.PeakBytes)} of memory, and {ByteSize.Format(limit)} are allowed", hint);
    }

    /// <summary>The largest <c>--max-height</c> whose plan fits; null where none does.</summary>
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

    /// <summary>Sizes too small to be planned take nothing: the answer lies above them.</summary>
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

    /// <summary>As the reader makes frames smaller: to even widths, and never larger.</summary>
    private static Extent Reduced(Extent size, int height) => size.H <= height
        ? size
        : size with { H = height, W = 2 * Math.Max(1, (int)Math.Round((double)size.W * height / (2.0 * size.H))) };
}
