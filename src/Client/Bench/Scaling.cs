namespace Vgpnn.Client.Bench;

/// <summary>How time grows with size.</summary>
internal static class Scaling
{
    /// <summary>
    /// The power of the size that time grows with: the slope of a straight line through the logarithms, by least squares. Null
    /// with fewer than two points.
    /// </summary>
    public static double? Exponent(IReadOnlyList<(double Size, double Time)> points)
    {
        if (points.Count < 2) return null;
        (double X, double Y)[] logs = [.. points.Select(p => (Math.Log(p.Size), Math.Log(p.Time)))];
        double x = logs.Average(p => p.X), y = logs.Average(p => p.Y);
        return logs.Sum(p => (p.X - x) * (p.Y - y)) / logs.Sum(p => (p.X - x) * (p.X - x));
    }
}
