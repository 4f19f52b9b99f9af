using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Client.Runs;

/// <summary>Refuses work that would not fit, and says what would.</summary>
internal static class MemoryLimit
{
    private const int LowestHeight = 8;

    /// <exception cref="VgpnnException">Kind Device: the plan takes more memory than allowed.</exception>
    public static void ThrowIfExceeded(PyramidPlan plan, ReadResult read, RunRequest request)
    {
        long limit = request.Machine.MemoryLimit;
        if (plan.PeakBytes <= limit) return;
        var shown = new Extent(read.Clip.Frames.Count, read.Info.Height, read.Info.Width);
        int? fitting = LargestHeight(shown, request.Options, limit);
        string hint = fitting is null
            ? "no smaller height would fit; raise --max-memory, or take fewer frames (--frames A..B)"
            : $"--max-height {fitting} would fit; so would fewer frames (--frames A..B) or a larger --max-memory";
        throw new VgpnnException(
            ErrorKind.Device, "memory-limit",
            $"this takes up to {ByteSize.Format(plan.PeakBytes)} of memory, and {ByteSize.Format(limit)} are allowed", hint);
    }

    /// <summary>The largest <c>--max-height</c> whose plan fits; null where none does.</summary>
    public static int? LargestHeight(Extent shown, GenerationOptions options, long limit)
    {
        int low = LowestHeight - 1;
        int high = shown.H;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (Fits(shown, middle, options, limit)) low = middle;
            else high = middle;
        }

        return low >= LowestHeight && PeakBytes(shown, low, options) <= limit ? low : null;
    }

    /// <summary>Sizes too small to be planned take nothing: the answer lies above them.</summary>
    private static bool Fits(Extent shown, int height, GenerationOptions options, long limit) =>
        (PeakBytes(shown, height, options) ?? 0) <= limit;

    private static long? PeakBytes(Extent shown, int height, GenerationOptions options)
    {
        // Even widths, as the reader makes them.
        int width = 2 * Math.Max(1, (int)Math.Round((double)shown.W * height / (2.0 * shown.H)));
        try
        {
            return PyramidPlanner.Plan(shown with { H = height, W = width }, options).PeakBytes;
        }
        catch (VgpnnException)
        {
            return null;
        }
    }
}
