using System.Globalization;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Reporting;

/// <summary>Formats texts for people.</summary>
internal static class HumanText
{
    /// <summary>Describes a run before it starts, including the seed.</summary>
    public static string Start(PlanEvent plan) =>
        $"{Count(plan.Samples, "sample")} of {OneLine(plan.Input)}: {Size(plan.OutputSize)}, seed {plan.Seed}, "
        + $"about {Duration(plan.ExpectedSeconds)}";

    /// <summary>Describes the results of a run.</summary>
    public static string End(DoneEvent done)
    {
        string what = done.Identical is null
            ? $"{Count(done.Samples, "sample")} in {Duration(done.Seconds)}."
            : $"Identical: {Count(done.Samples, "sample")}, all frames equal, in {Duration(done.Seconds)}.";
        return $"{what} To watch, open {done.Page}";
    }

    /// <summary>Formats a size: <c>13 frames of 256×144</c>.</summary>
    public static string Size(ManifestSize size) => $"{Count(size.Frames, "frame")} of {size.Width}×{size.Height}";

    /// <summary>Formats a number with its noun in singular or plural.</summary>
    public static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{Number(number)} {noun}s";

    /// <summary>Formats a number with thousands separators.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Replaces line breaks and other control characters, which file names may contain.</summary>
    public static string OneLine(string text) => string.Concat(text.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? '?' : c));

    /// <summary>Formats a duration with at most two units.</summary>
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
