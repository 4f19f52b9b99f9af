using Vgpnn.Media.Ffmpeg;
using Vgpnn.Media.Sandbox;

namespace Vgpnn.Media.Tests;

/// <summary>Programs that take ffmpeg's place in a test, and the real ones.</summary>
internal static class Programs
{
    /// <summary>Full paths of the real programs.</summary>
    public static string Ffmpeg => ProgramPath.Environment.Find("ffmpeg")!;

    public static string Ffprobe => ProgramPath.Environment.Find("ffprobe")!;

    /// <summary>Runs <paramref name="tool"/> of a folder through the launcher, ffmpeg by FFMpegCore and ffprobe by its process library.</summary>
    public static async Task<FfmpegOutcome> RunAsync(
        string folder, string tool, Func<FfmpegRun, FfmpegRun> settings, CancellationToken cancellation = default, params string[] arguments)
    {
        using var directory = CallDirectory.Create();
        FfmpegRun run = settings(new FfmpegRun(new ProgramPath(folder), directory));
        return tool == "ffmpeg"
            ? await FfmpegRunner.FfmpegAsync(run, arguments, a => a.OutputToUrl("pipe:1", null), cancellation)
            : await FfmpegRunner.FfprobeAsync(run, arguments, cancellation);
    }

    /// <summary>What such a run prints.</summary>
    public static async Task<string> OutputAsync(string folder, string tool, ProcessLimits? limits = null, params string[] arguments)
    {
        string output = "";
        await RunAsync(folder, tool, run => run with { Limits = limits, Drain = stream => output = new StreamReader(stream).ReadToEnd() }, default, arguments);
        return output;
    }
}
