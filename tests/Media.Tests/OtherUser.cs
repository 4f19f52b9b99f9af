using System.Runtime.InteropServices;

namespace Vgpnn.Media.Tests;

/// <summary>Runs code without the rights of root: on Linux, the user of file accesses belongs to the thread.</summary>
internal static class OtherUser
{
    private const uint Unprivileged = 65534;

    /// <summary>Takes everybody's rights away.</summary>
    public static void Lock(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.None);
    }

    /// <summary>Lets everybody read, and only the owner write.</summary>
    public static void Unlock(string path)
    {
        const UnixFileMode all = (UnixFileMode)0b111_101_101;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, all);
    }

    /// <summary>Runs <paramref name="body"/> on a thread of its own, as an unprivileged user if this process is root.</summary>
    public static T Run<T>(Func<T> body)
    {
        T result = default!;
        var thread = new Thread(() =>
        {
            if (Environment.IsPrivilegedProcess) _ = SetFileUser(Unprivileged);
            result = body();
        });
        thread.Start();
        thread.Join();
        return result;
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetFileUser(uint user);
}
