using System.Globalization;
using Spectre.Console;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Evaluation;

namespace Vgpnn.Client.Reporting;

/// <summary>Formats scores as a table.</summary>
internal static class EvaluationTable
{
    private static readonly (string Name, Func<SampleScores, double?> Value)[] Columns =
    [
        ("Coherence", s => s.Coherence),
        ("Complete", s => s.Completeness),
        ("Sharp", s => s.Sharpness),
        ("Motion", s => s.FrameDifference),
        ("Flicker", s => s.Flicker),
        ("NNFDIV", s => s.NnfDiversity),
        ("Copied", s => s.CopiedFrames),
        ("FPD", s => s.FrechetPatchDistance),
        ("SVFID", s => s.Svfid),
        ("Structure", s => s.Structure),
        ("Outside", s => s.Outside),
        ("Seam", s => s.Seam),
    ];

    public static void Write(EvaluationReport report)
    {
        (string Name, Func<SampleScores, double?> Value)[] columns =
            [.. Columns.Where(c => report.Samples.Any(s => c.Value(s.Scores) is not null))];
        Table table = Tables.New(["Sample", .. columns.Select(c => c.Name)]);
        foreach (TableColumn column in table.Columns.Skip(1)) column.RightAligned();
        foreach (SampleReport sample in report.Samples)
            table.AddRow([Markup.Escape(NameOf(sample.File)), .. columns.Select(c => Text(c.Value(sample.Scores)))]);
        if (report.Samples.Count > 1)
            table.AddRow(["mean", .. columns.Select(c => Text(report.Samples.Average(s => c.Value(s.Scores))))]);
        Tables.Write(table, new Text($"Diversity {Diversity(report)}\n{DescribeSvfid(report.Svfid)}"));
    }

    private static string DescribeSvfid(SvfidReport? svfid) => svfid is null
        ? ""
        : $"SVFID: {svfid.Network} {svfid.Layer}, {svfid.Channels} channels, variant {svfid.Variant}, weights {NameOf(svfid.Weights)} (SHA-256 {svfid.Sha256[..12]}…)\n";

    private static string Diversity(EvaluationReport report) =>
        report.Diversity is { } value ? Text(value)
        : report.Samples.Count < 2 ? "needs at least two samples"
        : "needs samples of equal size";

    private static string NameOf(string path) => HumanText.OneLine(ManifestMaker.NameOf(path));

    private static string Text(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–";
}
