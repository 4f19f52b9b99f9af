using System.Runtime.InteropServices;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.Commands;

/// <summary>The silo's executable, which is installed next to this one.</summary>
internal static class SiloProgram
{
    /// <summary>Replaces this process with the silo, which then receives signals and sets the exit code.</summary>
    /// <exception cref="VgpnnException">Kind Device: the executable is missing or cannot be started.</exception>
    public static Task<int> Become(IEnumerable<string> arguments)
    {
        string silo = Array.Find([Path.Combine(AppContext.BaseDirectory, "silo", "silo.dll"), Path.Combine(AppContext.BaseDirectory, "silo.dll")], File.Exists)
            ?? throw new VgpnnException(ErrorKind.Device, "no-silo", "the server executable was not found next to the client", "start the program with ./vgpnn, which builds both");
        string host = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "dotnet"));
        _ = Execute(host, [host, silo, .. arguments, null]);
        throw new VgpnnException(ErrorKind.Device, "no-silo", $"the server executable {silo} could not be started (errno {Marshal.GetLastPInvokeError()})");
    }

    [DllImport("libc", EntryPoint = "execv", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execute(
        [MarshalAs(UnmanagedType.LPStr)] string path, [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments);
}
