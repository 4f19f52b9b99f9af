using System.Globalization;
using Spectre.Console;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Reporting;

/// <summary>Formats a plan as tables.</summary>
internal static class PlanTable
{
    public static void Write(PlanEvent plan)
    {
        Grid head = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Row(head, "Input", $"{HumanText.OneLine(plan.Input)}, {HumanText.Size(plan.InputSize)}, {plan.FrameRate} fps");
        foreach (string notice in plan.Notices) Row(head, "", notice);
        Row(head, "Output", $"{HumanText.Count(plan.Samples, "sample")}, {HumanText.Size(plan.OutputSize)}");
        if (plan.Directory is not null) Row(head, "", $"in {HumanText.OneLine(plan.Directory)}, seed {plan.Seed}");
        Row(head, "Method", Method(plan.Settings));
        Row(head, "Memory", $"{ByteSize.Format(plan.PeakBytes)} at most; limit {ByteSize.Format(plan.Settings.MaxMemoryBytes)}");
        Row(head, "Time", Time(plan));
        Tables.Write(head, Levels(plan.Levels));
    }

    private static string Method(ManifestSettings s)
    {
        MethodOptions options = s.Read().Method;
        string noise = (options.Noise ?? 0).ToString("0.###", CultureInfo.InvariantCulture) + (s.NoiseAuto ? " (auto)" : "");
        string flow = s.Flow is null ? "" : $"motion by {s.Flow.Network}; ";
        return $"{flow}{(options.Loop ? "loop; " : "")}noise {noise}, {Names.Of(options.NoiseTime)} in time; "
            + $"{Names.Of(options.Search)}; {Names.Of(options.Vote)} vote; {Names.Of(options.Engine)} engine";
    }

    private static string Time(PlanEvent plan)
    {
        string threads = HumanText.Count(plan.Settings.Threads, "thread");
        string one = $"about {HumanText.Duration(plan.ExpectedSeconds / plan.Samples)} per sample on {threads}";
        return plan.Samples == 1 ? one : $"{one}, {HumanText.Duration(plan.ExpectedSeconds)} in total";
    }

    private static Table Levels(IReadOnlyList<ManifestLevel> levels)
    {
        Table table = Tables.New("Level", "Input T×H×W", "Output T×H×W", "Patch", "Patches to match", "Iterations");
        foreach (TableColumn column in table.Columns) column.RightAligned();
        for (int i = 0; i < levels.Count; i++)
        {
            ManifestLevel level = levels[i];
            string name = i == 0 && levels.Count > 1 ? $"coarsest {levels.Count - 1,2}" : $"{levels.Count - 1 - i}";
            table.AddRow(
                name, Size(level.Input), Size(level.Output), Size(level.Patch), HumanText.Number(Patches(level)), $"{level.Iterations}");
        }

        return table;
    }

    private static long Patches(ManifestLevel level) =>
        (long)(level.Output.Frames - level.Patch.Frames + 1)
        * (level.Output.Height - level.Patch.Height + 1)
        * (level.Output.Width - level.Patch.Width + 1);

    private static string Size(ManifestSize size) => $"{size.Frames}×{size.Height}×{size.Width}";

    private static void Row(Grid grid, string name, string text) => grid.AddRow($"[bold]{name}[/]", Markup.Escape(text));
}
