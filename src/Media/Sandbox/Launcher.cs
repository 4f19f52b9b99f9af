using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Vgpnn.Media.Sandbox;

/// <summary>
/// The directory that holds the launcher under the names ffmpeg and ffprobe. Builds and packages carry it next to the
/// assembly, which works on a read-only root. Where a package has lost the execute permission, or the file is not the one
/// that this assembly was built with, every process writes a copy into a new directory that only its user can enter.
/// </summary>
internal static class Launcher
{
    private const string Shipped = "sandbox";
    private const int MayExecute = 1;
    private static readonly Lock Preparing = new();
    private static readonly string[] Names = ["ffmpeg", "ffprobe"];
    private static string? s_directory;

    /// <summary>The directory's absolute path.</summary>
    /// <exception cref="IOException">It is missing, and no copy could be written where programs may be started.</exception>
    public static string Directory
    {
        get
        {
            lock (Preparing) return s_directory ??= Find([Path.Combine(AppContext.BaseDirectory, Shipped)], Writable);
        }
    }

    private static IEnumerable<string> Writable => [Path.GetTempPath(), Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "/dev/shm"];

    /// <summary>The first of <paramref name="shipped"/> that holds the launcher, or a copy below the first of <paramref name="writable"/> that takes one.</summary>
    /// <exception cref="IOException">None of them will do.</exception>
    internal static string Find(IEnumerable<string> shipped, IEnumerable<string> writable)
    {
        byte[] script = Script();
        return shipped.FirstOrDefault(d => Array.TrueForAll(Names, n => IsLauncher(Path.Combine(d, n), script)))
            ?? writable.Select(d => Copy(d, script)).FirstOrDefault(d => d is not null)
            ?? throw new IOException("the sandbox's launcher cannot be started from any directory");
    }

    private static byte[] Script()
    {
        using Stream resource = typeof(Launcher).Assembly.GetManifestResourceStream("launcher.sh")!;
        byte[] script = new byte[resource.Length];
        resource.ReadExactly(script);
        return script;
    }

    // access(2) also tells a file system that is mounted without permission to execute.
    private static bool IsLauncher(string path, byte[] script)
    {
        try
        {
            return new FileInfo(path).Length == script.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(script) && Access(path, MayExecute) == 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? Copy(string parent, byte[] script)
    {
        if (!Path.IsPathFullyQualified(parent) || OperatingSystem.IsWindows()) return null;
        string directory = Path.Combine(parent, $"vgpnn-launcher-{Guid.NewGuid():N}");
        try
        {
            System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Delete(directory);
            Write(directory, script);
            if (Array.TrueForAll(Names, n => IsLauncher(Path.Combine(directory, n), script))) return directory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            // The next place may do.
        }

        Delete(directory);
        return null;
    }

    // Written by a process of its own: a program cannot be started while any process has it open for writing, and a process
    // that another thread starts at this moment would inherit the open file.
    private static void Write(string directory, byte[] script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "set -e; cat >ffmpeg; cp ffmpeg ffprobe; chmod 500 ffmpeg ffprobe"])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using Process shell = Process.Start(start)!;
        shell.StandardInput.BaseStream.Write(script);
        shell.StandardInput.Close();
        shell.StandardError.ReadToEnd();
        shell.WaitForExit();
    }

    private static void Delete(string directory)
    {
        try
        {
            System.IO.Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was never created, or somebody has removed it.
        }
    }

    [DllImport("libc", EntryPoint = "access")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Access([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode);
}
