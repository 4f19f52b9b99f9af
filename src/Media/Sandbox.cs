using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Vgpnn.Media;

/// <summary>What the kernel refuses a process that reads untrusted bytes, besides writing files and leaving core dumps.</summary>
/// <param name="AddressSpace">Bytes of memory that may be mapped.</param>
/// <param name="CpuTime">Processor time of all threads together.</param>
/// <param name="Tasks">Processes and threads at once.</param>
internal sealed record ProcessLimits(long AddressSpace, TimeSpan CpuTime, int Tasks);

/// <summary>
/// Starts processes in a process group of their own, so that they can be ended with all that they started, and under limits
/// of the kernel and without a network. All that is done by util-linux (setsid, prlimit, unshare), which
/// Debian always has; where a wall cannot be put up, a process still runs, held by the others, by the wall clock and by the
/// bounds on its output. <see cref="SandboxWalls"/> says which there are.
/// </summary>
internal static class Sandbox
{
    private const int KillSignal = 9;
    private const string OwnLimits = "/proc/self/limits";
    internal static readonly FfmpegTools SystemTools = new("/usr/bin:/bin");
    private static readonly string? SetSid = SystemTools.Find("setsid");
    private static readonly string? PrLimit = SystemTools.Find("prlimit");

    /// <summary>How to start a program with all three streams piped, in <paramref name="folder"/> or at the root of all folders.</summary>
    public static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments, ProcessLimits? limits, string? folder = null)
    {
        List<string> words = [];
        if (SetSid is not null) words.Add(SetSid);
        if (limits is not null) words.AddRange(SandboxWalls.NoNetwork);
        if (limits is not null && PrLimit is not null)
        {
            words.AddRange([
                PrLimit,
                "--as=" + Allowed("Max address space", limits.AddressSpace),
                "--cpu=" + Allowed("Max cpu time", (long)Math.Ceiling(limits.CpuTime.TotalSeconds)),
                "--fsize=0",
                "--core=0"]);
            if (SandboxWalls.HasTaskLimit) words.Add("--nproc=" + Allowed("Max processes", limits.Tasks));
        }

        words.Add(program);
        words.AddRange(arguments);
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetPathRoot(AppContext.BaseDirectory),
        };

        // FFREPORT would make ffmpeg write files of its own; messages are read, so they must be in English and without colours.
        start.Environment.Remove("FFREPORT");
        start.Environment.Remove("AV_LOG_FORCE_COLOR");
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Ends a process and everything that it started.</summary>
    public static void Kill(Process process)
    {
        // The process leads a group under its own number; in its first moments it does not yet.
        if (SetSid is not null && SendSignal(-process.Id, KillSignal) == 0) return;
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It was gone already.
        }
    }

    // This process may be under limits itself, and nobody but root may raise them: then the lower one stays.
    private static string Allowed(string name, long wanted)
    {
        // Name, soft limit, hard limit, unit; "unlimited" is no number.
        string? line = File.Exists(OwnLimits) ? File.ReadLines(OwnLimits).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) : null;
        string[] columns = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        bool limited = long.TryParse(columns.ElementAtOrDefault(1), CultureInfo.InvariantCulture, out long hard);
        return (limited ? Math.Min(hard, wanted) : wanted).ToString(CultureInfo.InvariantCulture);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
