using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>Finds the programs that media are read and written with.</summary>
/// <param name="searchPath">Folders to look in, in order, separated as in PATH.</param>
internal sealed class FfmpegTools(string searchPath)
{
    /// <summary>The programs that a shell would start.</summary>
    public static FfmpegTools OnPath { get; } = new(Environment.GetEnvironmentVariable("PATH") ?? "");

    /// <summary>The full path of ffmpeg.</summary>
    /// <exception cref="VgpnnException">Kind Device: not installed.</exception>
    public string Ffmpeg => Find("ffmpeg") ?? throw MediaErrors.ToolMissing("ffmpeg");

    /// <summary>The full path of ffprobe.</summary>
    /// <exception cref="VgpnnException">Kind Device: not installed.</exception>
    public string Ffprobe => Find("ffprobe") ?? throw MediaErrors.ToolMissing("ffprobe");

    /// <summary>The full path of a program; null where there is none.</summary>
    public string? Find(string program)
    {
        string file = OperatingSystem.IsWindows() ? program + ".exe" : program;
        foreach (string folder in searchPath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            // A relative folder would let whoever wrote the working directory choose the program.
            if (!Path.IsPathFullyQualified(folder)) continue;
            string candidate = Path.Combine(folder, file);
            if (File.Exists(candidate) && IsExecutable(candidate)) return candidate;
        }

        return null;
    }

    private static bool IsExecutable(string path)
    {
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & execute) != 0;
    }
}
