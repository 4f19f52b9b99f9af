using System.Globalization;
using System.Xml.Linq;

namespace Vgpnn.Client.Bench;

/// <summary>
/// Draws time over voxels of both searches, both axes logarithmic, as an SVG. The background is transparent and the colours are
/// of medium brightness, to suit light and dark pages.
/// </summary>
internal static class ComparisonChart
{
    private const int Width = 720;
    private const int Height = 460;
    private const int Left = 80;
    private const int Right = 700;
    private const int Top = 48;
    private const int Bottom = 400;
    private const string Ink = "#7d8590";
    private const string PatchMatchColour = "#2f81f7";
    private const string ExhaustiveColour = "#e8702a";

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Returns the SVG document; needs at least one point.</summary>
    public static string Draw(IReadOnlyList<ComparisonPoint> points)
    {
        Axis x = Axis.Over(points.Select(p => (double)p.Voxels), Left, Right);
        Axis y = Axis.Over(points.SelectMany(p => (double[])[p.PatchMatchSeconds, p.ExhaustiveSeconds]), Bottom, Top);
        const string title = "PatchMatch and exhaustive search: time per level by size";
        var root = new XElement(
            Svg + "svg", new XAttribute("viewBox", $"0 0 {Width} {Height}"), new XAttribute("role", "img"),
            new XAttribute("font-family", "system-ui, sans-serif"), new XAttribute("font-size", 13), new XAttribute("fill", Ink),
            new XElement(Svg + "title", title),
            x.Decades.Select(d => Line(x.At(d), Bottom, x.At(d), Top, Ink, ("stroke-opacity", "0.3"))),
            y.Decades.Select(d => Line(Left, y.At(d), Right, y.At(d), Ink, ("stroke-opacity", "0.3"))),
            x.Decades.Select(d => Text(x.At(d), Bottom + 20, Power(d), "middle")),
            y.Decades.Select(d => Text(Left - 8, y.At(d) + 4, $"{Power(d)} s", "end")),
            Text((Left + Right) / 2.0, Height - 14, "voxels", "middle"),
            Series([.. points.Select(p => new Dot(x.At(p.Voxels), y.At(p.PatchMatchSeconds), false))], PatchMatchColour),
            Series([.. points.Select(p => new Dot(x.At(p.Voxels), y.At(p.ExhaustiveSeconds), p.Extrapolated))], ExhaustiveColour),
            Key(Left, PatchMatchColour, "PatchMatch", false),
            Key(Left + 130, ExhaustiveColour, "exhaustive", false),
            points.Any(p => p.Extrapolated) ? Key(Left + 250, ExhaustiveColour, "exhaustive, extrapolated", true) : null);
        return root + "\n";
    }

    private static IEnumerable<XElement> Series(Dot[] dots, string colour)
    {
        foreach ((Dot from, Dot to) in dots.Zip(dots.Skip(1)))
        {
            XElement line = Line(from.X, from.Y, to.X, to.Y, colour, ("stroke-width", "2"));
            if (to.Hollow) line.Add(new XAttribute("stroke-dasharray", "5 5"));
            yield return line;
        }

        foreach (Dot dot in dots) yield return Circle(dot, colour);
    }

    private static XElement[] Key(double x, string colour, string name, bool hollow) =>
        [Circle(new Dot(x + 6, 24, hollow), colour), Text(x + 18, 28.5, name, "start")];

    private static XElement Circle(Dot dot, string colour) => new(
        Svg + "circle", Number("cx", dot.X), Number("cy", dot.Y), new XAttribute("r", 4.5),
        new XAttribute("fill", dot.Hollow ? "none" : colour), new XAttribute("stroke", colour), new XAttribute("stroke-width", 2));

    private static XElement Line(double x1, double y1, double x2, double y2, string colour, (string Name, string Value) style) => new(
        Svg + "line", Number("x1", x1), Number("y1", y1), Number("x2", x2), Number("y2", y2),
        new XAttribute("stroke", colour), new XAttribute(style.Name, style.Value));

    private static XElement Text(double x, double y, string text, string anchor) =>
        new(Svg + "text", Number("x", x), Number("y", y), new XAttribute("text-anchor", anchor), text);

    private static XAttribute Number(string name, double value) => new(name, value.ToString("0.#", CultureInfo.InvariantCulture));

    // Formats a power of ten such as 10⁻².
    private static string Power(double decade)
    {
        string exponent = Math.Round(Math.Log10(decade)).ToString(CultureInfo.InvariantCulture);
        return "10" + string.Concat(exponent.Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));
    }

    private readonly record struct Dot(double X, double Y, bool Hollow);

    /// <summary>A logarithmic axis over whole decades.</summary>
    private sealed record Axis(double First, double Last, double From, double To)
    {
        public IEnumerable<double> Decades => Enumerable.Range(0, (int)(Last - First) + 1).Select(i => Math.Pow(10, First + i));

        public static Axis Over(IEnumerable<double> values, double from, double to)
        {
            double[] logs = [.. values.Select(Math.Log10)];
            double first = Math.Floor(logs.Min());
            return new Axis(first, Math.Max(Math.Ceiling(logs.Max()), first + 1), from, to);
        }

        public double At(double value) => From + ((Math.Log10(value) - First) / (Last - First) * (To - From));
    }
}
