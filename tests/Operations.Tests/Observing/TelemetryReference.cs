using System.Text.RegularExpressions;
using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Observing;

/// <summary>A metric as docs/reference/telemetry.md describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">The kind of its instrument.</param>
/// <param name="Unit">Its unit in UCUM.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Meaning">Its description.</param>
internal sealed record DescribedMetric(string Name, string Kind, string Unit, IReadOnlyList<string> Attributes, string Meaning);

/// <summary>A span as docs/reference/telemetry.md describes it.</summary>
/// <param name="Name">Its name, with N for a number.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Attributes">Its attributes.</param>
internal sealed record DescribedSpan(string Name, string Kind, IReadOnlyList<string> Attributes);

/// <summary>The tables of docs/reference/telemetry.md.</summary>
internal static partial class TelemetryReference
{
    private static readonly string Text = File.ReadAllText(Repository.At("docs", "reference", "telemetry.md"));

    public static IReadOnlyList<DescribedMetric> Metrics { get; } =
        [.. Rows("metric").Select(c => new DescribedMetric(Code(c[0])[0], c[1], Code(c[2])[0], Code(c[3]), c[4]))];

    /// <summary>Attributes of metrics.</summary>
    public static IReadOnlyList<string> Attributes { get; } = [.. Rows("attribute").Where(c => c.Length == 2).Select(c => Code(c[0])[0])];

    public static IReadOnlyList<DescribedSpan> Spans { get; } =
        [.. Rows("span").SelectMany(c => Code(c[0]).Select(name => new DescribedSpan(name, c[1], Code(c[2]))))];

    /// <summary>Resource attributes, and the silos that have them.</summary>
    public static IReadOnlyList<(string Name, string On)> Resource { get; } =
        [.. Rows("attribute").Where(c => c.Length == 3).Select(c => (Code(c[0])[0], c[2]))];

    /// <summary>The cells of all tables whose first column has a title.</summary>
    private static IEnumerable<string[]> Rows(string title) => Text.Split("\n\n").Select(block => block[Math.Max(0, block.IndexOf('|'))..])
        .Where(block => block.StartsWith($"| {title} |", StringComparison.Ordinal))
        .SelectMany(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2))
        .Select(row => row.Trim('|', ' ').Split('|').Select(cell => cell.Trim()).ToArray());

    private static string[] Code(string cell) => [.. CodeSpan().Matches(cell).Select(m => m.Groups[1].Value)];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();
}
