using System.Runtime.InteropServices;

namespace Vgpnn.Grains.Storage.Blobs.Files;

/// <summary>Writes a directory's entries to disk, so that a file moved there survives a power failure.</summary>
internal static class DirectorySync
{
    private const int ReadOnly = 0;

    /// <summary>Returns once the entries are on disk; does nothing where the file system does not support it.</summary>
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
