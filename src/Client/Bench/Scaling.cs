namespace Vgpnn.Client.Bench;

/// <summary>Estimates how time grows with size.</summary>
internal static class Scaling
{
    /// <summary>The exponent of a power law, fitted by least squares to the logarithms; <c>null</c> for fewer than two points.</summary>
    public static double? Exponent(IReadOnlyList<(double Size, double Time)> points)
    {
        if (points.Count < 2) return null;
        (double X, double Y)[] logs = [.. points.Select(p => (Math.Log(p.Size), Math.Log(p.Time)))];
        double x = logs.Average(p => p.X), y = logs.Average(p => p.Y);
        return logs.Sum(p => (p.X - x) * (p.Y - y)) / logs.Sum(p => (p.X - x) * (p.X - x));
    }
}
