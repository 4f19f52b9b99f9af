using System.Diagnostics;

namespace Vgpnn.Media;

/// <summary>Which walls this machine puts up around a process that reads untrusted bytes.</summary>
public static class SandboxWalls
{
    private static readonly Lazy<string[]> Unshare = new(FindUnshare);

    /// <summary>Whether such a process has a network of its own, with nothing in it.</summary>
    public static bool HasNoNetwork => Unshare.Value.Length > 0;

    /// <summary>Whether the kernel bounds its memory, its time and what it writes.</summary>
    public static bool HasLimits => Sandbox.SystemTools.Find("prlimit") is not null;

    /// <summary>
    /// Whether the kernel bounds how many processes and threads it may have. It counts them for each user, so that takes a user of its own to count for,
    /// and it does not count root's at all.
    /// </summary>
    public static bool HasTaskLimit => HasLimits && Unshare.Value.Contains("--user") && !Environment.IsPrivilegedProcess;

    /// <summary>Whether it can be ended with all that it started.</summary>
    public static bool HasOwnGroup => Sandbox.SystemTools.Find("setsid") is not null;

    /// <summary>What stands before a command that is to have no network; empty where that cannot be.</summary>
    internal static IReadOnlyList<string> NoNetwork => Unshare.Value;

    // As a user of one's own where the kernel lets anybody do that; else with the rights that root has. In a container
    // without either there is no such wall, and the list of protocols is what keeps a decoder from connecting anywhere.
    private static string[] FindUnshare()
    {
        if (Sandbox.SystemTools.Find("unshare") is not { } unshare || Sandbox.SystemTools.Find("true") is not { } nothing) return [];
        string[][] ways = [[unshare, "--user", "--map-current-user", "--net"], [unshare, "--net"]];
        return Array.Find(ways, way => Works([.. way, nothing])) ?? [];
    }

    private static bool Works(string[] command)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
