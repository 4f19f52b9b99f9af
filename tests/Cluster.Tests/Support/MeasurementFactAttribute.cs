using System.Globalization;

namespace Vgpnn.Cluster.Tests.Support;

/// <summary>
/// A measurement, which takes minutes and reports figures. It runs if VGPNN_MEASURE names a file, to which the figures are appended;
/// <c>VGPNN_MEASURE=/dev/stderr</c> prints them.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MeasurementFactAttribute : FactAttribute
{
    /// <summary>Skips the measurement unless it was asked for.</summary>
    public MeasurementFactAttribute() => Skip = Target is null ? "a measurement; VGPNN_MEASURE=FILE runs it" : null;

    private static string? Target { get; } = Environment.GetEnvironmentVariable("VGPNN_MEASURE");

    /// <summary>Appends a line.</summary>
    public static void Report(FormattableString line)
    {
        ArgumentNullException.ThrowIfNull(line);
        File.AppendAllText(Target!, line.ToString(CultureInfo.InvariantCulture) + "\n");
    }
}
