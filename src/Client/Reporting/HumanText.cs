using System.Globalization;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Reporting;

/// <summary>Sentences about a run.</summary>
internal static class HumanText
{
    /// <summary>What is about to be made, the seed included.</summary>
    public static string Start(PlanEvent plan) =>
        $"{Count(plan.Samples, "sample")} of {OneLine(plan.Input)}: {Size(plan.OutputSize)}, seed {plan.Seed}, "
        + $"about {Duration(plan.ExpectedSeconds)}";

    /// <summary>What was made, and where it is.</summary>
    public static string End(DoneEvent done)
    {
        string what = done.Identical is null
            ? $"{Count(done.Samples, "sample")} in {Duration(done.Seconds)}."
            : $"Identical: {Count(done.Samples, "sample")}, every frame the same, in {Duration(done.Seconds)}.";
        return $"{what} Open {done.Page} to watch.";
    }

    /// <summary>A size as people say it: <c>13 frames of 256×144</c>.</summary>
    public static string Size(ManifestSize size) => $"{Count(size.Frames, "frame")} of {size.Width}×{size.Height}";

    /// <summary>A number and its noun.</summary>
    public static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{Number(number)} {noun}s";

    /// <summary>A number with commas between the thousands.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The text without line breaks and other control characters, which a file's name may hold.</summary>
    public static string OneLine(string text) => string.Concat(text.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? '?' : c));

    /// <summary>A time in the two units that matter.</summary>
    public static string Duration(double seconds)
    {
        if (seconds < 9.95) return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(seconds, 0.1):0.0} s");
        long whole = (long)Math.Round(seconds);
        return whole switch
        {
            < 60 => $"{whole} s",
            < 3600 => $"{whole / 60} min {whole % 60:00} s",
            _ => $"{Number(whole / 3600)} h {whole % 3600 / 60:00} min",
        };
    }
}
