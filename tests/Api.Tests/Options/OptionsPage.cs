using System.Text;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Api.Tests.Options;

/// <summary>Writes <c>docs/reference/options.md</c> from the table of options.</summary>
internal static class OptionsPage
{
    private static readonly Application[] Applications = Enum.GetValues<Application>();

    public static string Write(OptionTable table)
    {
        var page = new StringBuilder();
        page.AppendLine("# Options").AppendLine();
        page.AppendLine("<!-- Generated from the option table in src/Synthesis/Options: VGPNN_WRITE_OPTIONS=1 ./test Api writes it. -->").AppendLine();
        page.AppendLine("Every option of the method and of what is read of the inputs. The same table feeds the command line, the API, the page's form, manifests and batches.");
        page.AppendLine("Members are those of `settings` in a request (`GET /v1/options`), in a manifest and in a line of a batch.");
        foreach (IGrouping<string, OptionSpec> group in table.Specs.GroupBy(s => s.Group))
        {
            page.AppendLine().AppendLine($"## {group.Key}");
            foreach (OptionSpec spec in group) Write(page, spec);
        }

        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void Write(StringBuilder page, OptionSpec spec)
    {
        Application[] applications = [.. Applications.Where(a => spec.FieldsOf(a).Count > 0)];
        string[] titles = [.. applications.Select(spec.CommandLineOf).OfType<string>().Distinct()];
        page.AppendLine().AppendLine($"### {string.Join(", ", titles.Select(n => $"`{n}`"))}").AppendLine();
        page.AppendLine($"{spec.Effect}.{(spec.Advanced ? " For verification: listed by `--help --advanced`." : "")}").AppendLine();
        page.AppendLine("| member | unit | values | effect |").AppendLine("| --- | --- | --- | --- |");
        foreach (OptionField field in spec.Fields)
            page.AppendLine($"| `{field.Path}` | {field.Unit ?? "–"} | {field.Allowed} | {field.Effect ?? "as above"} |");
        page.AppendLine().AppendLine("| application | on the command line | default |").AppendLine("| --- | --- | --- |");
        foreach (IGrouping<(string Line, string Default), Application> alike in applications.GroupBy(a => (Line(spec, a), spec.DefaultOf(a))))
        {
            string names = alike.Count() == Applications.Length ? "all" : string.Join(", ", alike.Select(a => a.Name()));
            page.AppendLine($"| {names} | {alike.Key.Line} | {alike.Key.Default} |");
        }
    }

    private static string Line(OptionSpec spec, Application application) => spec.CommandLineOf(application) is not { } name
        ? "–"
        : $"`{name}{(spec.IsFlag ? "" : $" {spec.PlaceholderOf(application)}")}`".Replace("|", "\\|", StringComparison.Ordinal);
}
