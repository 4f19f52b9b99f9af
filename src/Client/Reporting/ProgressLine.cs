namespace Vgpnn.Client.Reporting;

/// <summary>Formats the progress line of a terminal.</summary>
internal static class ProgressLine
{
    private const int NarrowestBar = 10;
    private const int WidestBar = 40;
    private const string Green = "\e[32m";
    private const string Grey = "\e[90m";
    private const string Reset = "\e[0m";

    /// <summary>Formats work without measurable progress.</summary>
    public static string Stage(string what, int width) => Cut($"{what} …", width);

    /// <summary>Formats the current step, the completed percentage and the remaining time; shortened for narrow terminals.</summary>
    /// <param name="progress">The last progress event.</param>
    /// <param name="stage">Current work that is not part of a level; <c>null</c> for none.</param>
    /// <param name="since">Time since that event.</param>
    /// <param name="width">Width of the terminal in columns.</param>
    /// <param name="color">Whether to colour the bar.</param>
    public static string Progress(ProgressEvent progress, string? stage, TimeSpan since, int width, bool color)
    {
        string sample = progress.Samples > 1 ? $"sample {Of(progress.Position, progress.Samples)}  " : "";
        string step = stage ?? $"{Of(progress.Levels - progress.Level, progress.Levels)} levels  iteration {Of(progress.Iteration, progress.Iterations)}";
        string percent = $"{Math.Floor(progress.Percent),3:0} %";
        string left = $"  {HumanText.Duration(Math.Max(0, progress.SecondsLeft - since.TotalSeconds))} left";
        string before = $"{sample}{step}  ";
        string after = $"  {percent}{left}";

        // Terminals may wrap a line that fills the last column.
        int room = width - 1 - before.Length - after.Length;
        if (room < NarrowestBar) return Cut($"{sample}{percent}{left}", width);
        return before + Bar(progress.Percent, Math.Min(room, WidestBar), color) + after;
    }

    /// <summary>Fixed-width formatting, to avoid layout shift.</summary>
    private static string Of(int number, int all) => $"{number}/{all}".PadLeft((2 * $"{all}".Length) + 1);

    private static string Bar(double percent, int width, bool color)
    {
        int done = (int)Math.Clamp(Math.Round(percent / 100 * width), 0, width);
        string full = new('━', done);
        string empty = new(color ? '━' : '╌', width - done);
        return color ? $"{Green}{full}{Grey}{empty}{Reset}" : full + empty;
    }

    private static string Cut(string text, int width) => text.Length < width ? text : text[..Math.Max(0, width - 1)];
}
