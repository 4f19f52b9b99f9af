using System.Globalization;

namespace Vgpnn.Testing.Cluster;

/// <summary>A measurement; it runs only if the environment variable <c>VGPNN_MEASURE</c> names a file to append figures to.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MeasurementFactAttribute : FactAttribute
{
    private static readonly string? File = Environment.GetEnvironmentVariable("VGPNN_MEASURE");

    /// <summary>Skips the measurement unless the variable is set.</summary>
    public MeasurementFactAttribute() => Skip = string.IsNullOrEmpty(File) ? "set VGPNN_MEASURE to a file to take this measurement" : null;

    /// <summary>Appends a line to the file.</summary>
    public static void Report(FormattableString line) =>
        System.IO.File.AppendAllText(File!, line.ToString(CultureInfo.InvariantCulture) + "\n");

    /// <summary>The median; for an even number of values the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
