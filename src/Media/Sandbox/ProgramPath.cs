namespace Vgpnn.Media.Sandbox;

/// <summary>Finds programs in a list of directories.</summary>
/// <param name="directories">Directories in order of preference, separated as in <c>PATH</c>; relative ones are ignored.</param>
internal sealed class ProgramPath(string directories)
{
    /// <summary>The directories of the environment variable <c>PATH</c>.</summary>
    public static ProgramPath Environment { get; } = new(global::System.Environment.GetEnvironmentVariable("PATH") ?? "");

    /// <summary>The directories of the system's own programs, which the launcher uses too.</summary>
    public static ProgramPath System { get; } = new("/usr/bin:/bin");

    /// <summary>Returns the full path of an executable; <c>null</c> if it was not found.</summary>
    public string? Find(string program) => directories
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)

        // A relative directory would let whoever can write to the working directory choose the program.
        .Where(Path.IsPathFullyQualified)
        .Select(d => Path.Combine(d, program))
        .FirstOrDefault(f => File.Exists(f) && IsExecutable(f));

    private static bool IsExecutable(string path)
    {
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & execute) != 0;
    }
}
