using System.Globalization;

namespace Vgpnn.Media.Sandbox;

/// <summary>What the kernel allows a process that reads untrusted bytes. Such a process also writes no files and no core dumps.</summary>
/// <param name="AddressSpace">Bytes of address space.</param>
/// <param name="CpuTime">Processor time of all threads together.</param>
/// <param name="Tasks">Processes and threads at one time.</param>
internal sealed record ProcessLimits(long AddressSpace, TimeSpan CpuTime, int Tasks)
{
    private const string OwnLimits = "/proc/self/limits";

    /// <summary>The launcher's own arguments for a process under <paramref name="limits"/>; <c>null</c> means none, and the network is shared.</summary>
    public static IReadOnlyList<string> LauncherArguments(ProcessLimits? limits)
    {
        if (limits is null) return ["shared", "0", "0", "0"];
        long memory = Allowed("Max address space", limits.AddressSpace) / 1024;
        long cpu = Allowed("Max cpu time", (long)Math.Ceiling(limits.CpuTime.TotalSeconds));
        long tasks = SandboxCapabilities.HasTaskLimit ? Allowed("Max processes", limits.Tasks) : 0;
        return [SandboxCapabilities.NetworkArgument, Text(memory), Text(cpu), Text(tasks)];
    }

    // This process may be limited itself, and only root can raise a limit: the lower one applies.
    private static long Allowed(string name, long wanted)
    {
        // Name, soft limit, hard limit, unit; "unlimited" is not a number.
        string? line = File.Exists(OwnLimits) ? File.ReadLines(OwnLimits).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) : null;
        string[] columns = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return long.TryParse(columns.ElementAtOrDefault(1), CultureInfo.InvariantCulture, out long hard) ? Math.Min(hard, wanted) : wanted;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
