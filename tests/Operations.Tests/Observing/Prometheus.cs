namespace Vgpnn.Operations.Tests.Observing;

/// <summary>Names of OpenTelemetry metrics in Prometheus, by the specification's rules for names, units and kinds.</summary>
internal static class Prometheus
{
    public static IEnumerable<string> Names(string name, string unit, string kind)
    {
        string plain = name.Replace('.', '_').Replace('-', '_');
        string suffix = unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", "1" when kind == "gauge" => "_ratio", _ => "" };
        if (suffix.Length > 0 && !plain.EndsWith(suffix, StringComparison.Ordinal)) plain += suffix;
        return kind switch
        {
            "histogram" => [$"{plain}_bucket", $"{plain}_count", $"{plain}_sum"],
            "sum" => [$"{plain}_total"],
            _ => [plain],
        };
    }
}
