using System.Globalization;
using Spectre.Console;
using Vgpnn.Client.Reporting;

namespace Vgpnn.Client.Bench;

/// <summary>Formats the report of a device as tables.</summary>
internal static class DeviceBenchTables
{
    public static void Write(DeviceBenchReport report)
    {
        Console.WriteLine($"{HumanText.OneLine(report.Device)} ({HumanText.OneLine(report.Driver)})");
        Console.WriteLine(
            $"Copy {Text(report.BytesPerSecond / 1e9, "0.0")} GB/s, {Text(report.OperationsPerSecond / 1e9, "0.0")} billion integer "
            + $"operations per second, {Text(report.LaunchSeconds * 1e6, "0.0")} µs per empty launch.");
        foreach (DeviceSizeResult size in report.Sizes)
        {
            Console.WriteLine($"{HumanText.Size(size.Size)}: {Text(size.Kernels.Sum(k => k.Seconds) * 1e9 / size.Voxels, "0.0")} ns per voxel");
            Table table = Tables.New("Kernel", "Launches", "Distances", "Measured", "Predicted", "Ratio", "Voxels/s", "Of peak");
            foreach (KernelResult kernel in size.Kernels)
            {
                table.AddRow(
                    kernel.Kernel, HumanText.Number(kernel.Launches), HumanText.Number(kernel.Evaluations),
                    Text(kernel.Seconds * 1e3, "0.00") + " ms", Text(kernel.PredictedSeconds * 1e3, "0.00") + " ms",
                    Text(kernel.Seconds / kernel.PredictedSeconds, "0.0") + "×", Text(kernel.VoxelsPerSecond / 1e9, "0.000") + " G", Text(100 * kernel.ShareOfPeak, "0.0") + " %");
            }

            Tables.Write(table);
        }
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
