using System.Globalization;

namespace Vgpnn.Cluster.Tests.Support;

/// <summary>
/// What takes minutes and gives figures instead of a verdict: run where VGPNN_MEASURE names a file to add them to, or where the
/// machine is to be measured is all the same, <c>VGPNN_MEASURE=/dev/stderr</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MeasurementFactAttribute : FactAttribute
{
    /// <summary>Looks whether it was asked for.</summary>
    public MeasurementFactAttribute() => Skip = Target is null ? "a measurement; VGPNN_MEASURE=FILE runs it" : null;

    private static string? Target { get; } = Environment.GetEnvironmentVariable("VGPNN_MEASURE");

    /// <summary>Adds a line.</summary>
    public static void Report(FormattableString line)
    {
        ArgumentNullException.ThrowIfNull(line);
        File.AppendAllText(Target!, line.ToString(CultureInfo.InvariantCulture) + "\n");
    }
}
