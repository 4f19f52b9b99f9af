using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;

namespace Vgpnn.Client.Runs;

/// <summary>Refuses work that would not fit, and says what would.</summary>
internal static class MemoryLimit
{
    private const int LowestHeight = 8;

    /// <exception cref="VgpnnException">Kind Device: the plan takes more memory than allowed.</exception>
    public static void ThrowIfExceeded(PyramidPlan plan, Extent input, RunRequest request)
    {
        long limit = request.Machine.MemoryLimit;
        if (plan.PeakBytes <= limit) return;
        int? fitting = LargestHeight(input, request.Options, limit);
        string hint = fitting is null
            ? "fewer frames (--frames A..B) take less, and --max-memory allows more"
            : $"--max-height {fitting} would fit; so would fewer frames (--frames A..B) or a larger --max-memory";
        throw new VgpnnException(
            ErrorKind.Device, "memory-limit",
            $"this takes up to {ByteSize.Format(plan.PeakBytes)} of memory, and {ByteSize.Format(limit)} are allowed", hint);
    }

    /// <summary>The largest height, in proportion with the width, whose plan fits; null where none does.</summary>
    public static int? LargestHeight(Extent input, GenerationOptions options, long limit)
    {
        int low = LowestHeight - 1;
        int high = input.H;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (Fits(input, middle, options, limit)) low = middle;
            else high = middle;
        }

        return low >= LowestHeight && PeakBytes(input, low, options) <= limit ? low : null;
    }

    /// <summary>Sizes too small to be planned take nothing: the answer lies above them.</summary>
    private static bool Fits(Extent input, int height, GenerationOptions options, long limit) =>
        (PeakBytes(input, height, options) ?? 0) <= limit;

    private static long? PeakBytes(Extent input, int height, GenerationOptions options)
    {
        int width = Math.Max(1, (int)Math.Round((double)input.W * height / input.H));
        try
        {
            return PyramidPlanner.Plan(input with { H = height, W = width }, options).PeakBytes;
        }
        catch (VgpnnException)
        {
            return null;
        }
    }
}
