using Vgpnn.Grains;

namespace Vgpnn.Silo.Hosting.Startup;

/// <summary>
/// Reserves a data directory for one process. The kernel releases the lock when the process ends, even after <c>kill -9</c>; the file
/// itself stays.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private const string FileName = "silo.lock";

    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <summary>Creates the directory if necessary and locks it.</summary>
    /// <exception cref="GrainException"><c>data-in-use</c>: another process holds the lock.</exception>
    public static DataDirectoryLock Acquire(string directory)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, FileName);
        try
        {
            // FileShare.None takes an exclusive flock on Unix.
            return new DataDirectoryLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (IsLocked(e))
        {
            throw new GrainException(
                "data-in-use", $"another server is using the data directory {directory}", "stop it, or choose another directory with --data");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Tells a sharing violation (EWOULDBLOCK on Linux) from other errors, such as a full disk.</summary>
    private static bool IsLocked(IOException e) => e.HResult is 11 or unchecked((int)0x80070020);
}
