using System.Runtime.InteropServices;

namespace Vgpnn.Grains.Blobs;

/// <summary>Brings the names in a directory to disk: a file that was moved there is lost with the power else, however safe its content is.</summary>
internal static class DirectoryEntry
{
    private const int ReadOnly = 0;

    /// <summary>Returns once the names are on disk. Where the file system has no such thing, it does nothing.</summary>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        int handle = Open(directory, ReadOnly);
        if (handle < 0) return;
        _ = Sync(handle);
        _ = Close(handle);
    }

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
}
