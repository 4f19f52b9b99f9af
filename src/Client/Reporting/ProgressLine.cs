namespace Vgpnn.Client.Reporting;

/// <summary>The line that a terminal shows while work goes on.</summary>
internal static class ProgressLine
{
    private const int NarrowestBar = 10;
    private const int WidestBar = 40;
    private const string Green = "\e[32m";
    private const string Grey = "\e[90m";
    private const string Reset = "\e[0m";

    /// <summary>Work without steps.</summary>
    public static string Stage(string what, int width) => Cut($"{what} …", width);

    /// <summary>Where the work is, how much is done, and how long it will take; narrow terminals get less of it.</summary>
    /// <param name="progress">The last that was heard.</param>
    /// <param name="stage">What is done instead of a level's work just now, if anything.</param>
    /// <param name="since">How long ago that was.</param>
    /// <param name="width">Columns.</param>
    /// <param name="color">Whether to colour the bar.</param>
    public static string Progress(ProgressEvent progress, string? stage, TimeSpan since, int width, bool color)
    {
        string sample = progress.Samples > 1 ? $"sample {Of(progress.Position, progress.Samples)}  " : "";
        string step = stage ?? $"level {Of(progress.Level, progress.Levels)}  iteration {Of(progress.Iteration, progress.Iterations)}";
        string percent = $"{Math.Floor(progress.Percent),3:0} %";
        string left = $"  {HumanText.Duration(Math.Max(0, progress.SecondsLeft - since.TotalSeconds))} left";
        string before = $"{sample}{step}  ";
        string after = $"  {percent}{left}";

        // One column stays free, so that no terminal wraps the line.
        int room = width - 1 - before.Length - after.Length;
        if (room < NarrowestBar) return Cut($"{sample}{percent}{left}", width);
        return before + Bar(progress.Percent, Math.Min(room, WidestBar), color) + after;
    }

    /// <summary>As wide for every number, so that nothing to the right of it moves.</summary>
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
