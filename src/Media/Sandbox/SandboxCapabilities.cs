using System.ComponentModel;
using System.Diagnostics;

namespace Vgpnn.Media.Sandbox;

/// <summary>Which parts of the sandbox around ffmpeg this machine allows.</summary>
public static class SandboxCapabilities
{
    private static readonly Lazy<string> Network = new(FindNetwork);

    /// <summary>Whether a decoder has an empty network of its own.</summary>
    public static bool HasNoNetwork => Network.Value != "shared";

    /// <summary>
    /// Whether the kernel limits the number of a decoder's processes and threads. It counts them per user, so this takes
    /// a user namespace, and it does not count those of root.
    /// </summary>
    public static bool HasTaskLimit =>
        Network.Value == "user" && ProgramPath.System.Find("prlimit") is not null && !Environment.IsPrivilegedProcess;

    /// <summary>Whether a decoder runs in a session of its own, so that it can be killed with all its children.</summary>
    public static bool HasOwnSession => ProgramPath.System.Find("setsid") is not null;

    /// <summary>The launcher's argument for the network of a decoder.</summary>
    internal static string NetworkArgument => Network.Value;

    // In a user namespace where the kernel allows everybody to have one, else with the rights of root. In a container that
    // allows neither, the list of protocols is what keeps a decoder from connecting to anything.
    private static string FindNetwork()
    {
        if (ProgramPath.System.Find("unshare") is not { } unshare) return "shared";
        if (Works(unshare, "--user", "--map-current-user", "--net", "true")) return "user";
        return Works(unshare, "--net", "true") ? "none" : "shared";
    }

    private static bool Works(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
