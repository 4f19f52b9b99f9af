using System.Globalization;
using Spectre.Console;
using Vgpnn.Client.Reporting;

namespace Vgpnn.Client.Bench;

/// <summary>Formats the report as tables.</summary>
internal static class BenchTables
{
    public static void Write(BenchReport report)
    {
        Console.WriteLine(
            $"One level of a synthetic scene: patch {report.Patch.Frames}×{report.Patch.Height}×{report.Patch.Width}, "
            + $"{HumanText.Count(report.Iterations, "iteration")}, {HumanText.Count(report.Threads, "thread")}.");
        Console.WriteLine("Times are nanoseconds per voxel. The peak is the rate of the distance kernel alone, with data in cache.");
        WriteSizes(report);
        if (report.LeftOut.Count > 0)
            Console.WriteLine($"Skipped to limit the time: {string.Join(", ", report.LeftOut.Select(h => $"{h}p"))}. Use --sizes to measure them.");
        Console.WriteLine($"Peak: {Text(report.PeakEvaluationsPerSecond / 1e6, "0.0")} million distances per second.");
        if (report.ScalingExponent is { } exponent) Console.WriteLine($"Time grows with the number of voxels to the power {Text(exponent, "0.00")}.");
        ThreadResult two = report.SecondThread;
        Console.WriteLine(
            $"Speed-up of 2 threads over 1 at {two.Size.Height}p, {HumanText.Count(two.Pairs, "pair")} of runs: "
            + $"resample {Text(two.Speedup.Resample, "0.00")}×, search {Text(two.Speedup.Search, "0.00")}×, "
            + $"vote {Text(two.Speedup.Vote, "0.00")}×, total {Text(two.SpeedupTotal, "0.00")}×.");
        if (report.Exhaustive is { } points) WriteComparison(points);
    }

    private static void WriteSizes(BenchReport report)
    {
        Table table = Tables.New("Size", "Resample", "Search", "Vote", "Total", "Time", "Distances", "Million/s", "Of peak");
        foreach (SizeResult size in report.Sizes)
        {
            PhaseTimes each = size.NanosecondsPerVoxel;
            table.AddRow(
                HumanText.Size(size.Size), Text(each.Resample, "0"), Text(each.Search, "0"), Text(each.Vote, "0"), Text(each.Total, "0"),
                Seconds(size.Seconds.Total), HumanText.Number(size.Evaluations), Text(size.EvaluationsPerSecond / 1e6, "0.0"),
                Text(size.ShareOfPeak * 100, "0") + " %");
        }

        Tables.Write(table);
    }

    private static void WriteComparison(IReadOnlyList<ComparisonPoint> points)
    {
        Console.WriteLine("PatchMatch and exhaustive search; ~ marks times extrapolated from the number of distances.");
        Table table = Tables.New("Size", "Voxels", "PatchMatch", "Exhaustive", "Ratio");
        foreach (ComparisonPoint point in points)
        {
            table.AddRow(
                HumanText.Size(point.Size), HumanText.Number(point.Voxels), Seconds(point.PatchMatchSeconds),
                (point.Extrapolated ? "~" : "") + Seconds(point.ExhaustiveSeconds),
                Text(point.ExhaustiveSeconds / point.PatchMatchSeconds, "0.0") + "×");
        }

        Tables.Write(table);
    }

    private static string Seconds(double seconds) => seconds < 1 ? $"{Text(seconds * 1000, "0")} ms" : HumanText.Duration(seconds);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
