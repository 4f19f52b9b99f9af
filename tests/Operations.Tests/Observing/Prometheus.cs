using System.Text.RegularExpressions;

namespace Vgpnn.Operations.Tests.Observing;

/// <summary>Names of OpenTelemetry metrics in Prometheus, by the specification's rules for names, units and kinds.</summary>
internal static class Prometheus
{
    /// <summary>The name of a metric, as <c># HELP</c> and <c># TYPE</c> have it.</summary>
    public static string Family(string name, string unit, string kind)
    {
        string plain = Label(name);
        string suffix = unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", "1" when kind == "gauge" => "_ratio", _ => "" };
        if (suffix.Length > 0 && !plain.EndsWith(suffix, StringComparison.Ordinal)) plain += suffix;
        return kind == "counter" ? $"{plain}_total" : plain;
    }

    /// <summary>The names of a metric's samples.</summary>
    public static IEnumerable<string> Names(string name, string unit, string kind)
    {
        string family = Family(name, unit, kind);
        return kind == "histogram" ? [$"{family}_bucket", $"{family}_count", $"{family}_sum"] : [family];
    }

    /// <summary>The type of a metric.</summary>
    public static string Type(string kind) => kind == "up-down counter" ? "gauge" : kind;

    /// <summary>The label of an attribute.</summary>
    public static string Label(string attribute) => attribute.Replace('.', '_').Replace('-', '_');
}

/// <summary>An answer of <c>/metrics</c>.</summary>
internal sealed partial class Scrape
{
    public Scrape(string text)
    {
        Text = text;
        Help = Lines("HELP");
        Types = Lines("TYPE");
        Samples = [.. Sample().Matches(text).Select(m => (m.Groups[1].Value, (IReadOnlyDictionary<string, string>)LabelPair().Matches(m.Groups[2].Value)
            .ToDictionary(l => l.Groups[1].Value, l => l.Groups[2].Value)))];

        Dictionary<string, string> Lines(string keyword) => text.Split('\n').Select(l => l.Split(' ', 4))
            .Where(w => w.Length == 4 && w[0] == "#" && w[1] == keyword).ToDictionary(w => w[2], w => w[3].Trim());
    }

    public string Text { get; }

    public IReadOnlyDictionary<string, string> Help { get; }

    public IReadOnlyDictionary<string, string> Types { get; }

    public IReadOnlyList<(string Name, IReadOnlyDictionary<string, string> Labels)> Samples { get; }

    [GeneratedRegex(@"(?m)^([a-z_]+)(?:\{(.*)\})? \S+")]
    private static partial Regex Sample();

    [GeneratedRegex("""(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)""")]
    private static partial Regex LabelPair();
}
