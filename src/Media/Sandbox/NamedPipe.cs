using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vgpnn.Media.Sandbox;

/// <summary>
/// A named pipe between this process and one that it starts. This process holds both ends open until the other has opened
/// its own, since opening one end of a named pipe waits for the other; from then on it behaves like any other pipe.
/// </summary>
internal sealed class NamedPipe : IDisposable
{
    private const uint OwnerOnly = 0b110_000_000;

    private readonly string _path;
    private SafeFileHandle? _held;

    /// <exception cref="IOException">The pipe cannot be created.</exception>
    public NamedPipe(string path)
    {
        _path = path;
        File.Delete(path);
        if (MakeFifo(path, OwnerOnly) != 0) throw new IOException($"mkfifo failed with {Marshal.GetLastPInvokeError()}");
        _held = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    /// <summary>Opens the end that reads. Only before <see cref="Release"/>.</summary>
    public FileStream OpenRead() => Open(FileAccess.Read);

    /// <summary>Opens the end that writes. Only before <see cref="Release"/>.</summary>
    public FileStream OpenWrite() => Open(FileAccess.Write);

    /// <summary>Gives up the ends that were held: the other process has opened its own, or will never do so.</summary>
    public void Release() => Interlocked.Exchange(ref _held, null)?.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        File.Delete(_path);
    }

    // Unbuffered: frames go straight from the pipe into the arrays in which they stay.
    private FileStream Open(FileAccess access) => new(File.OpenHandle(_path, FileMode.Open, access, FileShare.ReadWrite), access, bufferSize: 0);

    [DllImport("libc", EntryPoint = "mkfifo", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakeFifo([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);
}
