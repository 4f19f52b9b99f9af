using System.Runtime.InteropServices;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.Commands;

/// <summary>The server's program, which lies beside this one.</summary>
internal static class SiloProgram
{
    /// <summary>Turns this process into the silo: signals, terminal and exit code are its own from then on.</summary>
    /// <exception cref="VgpnnException">Kind Device: it is not there, or cannot be started.</exception>
    public static Task<int> Become(IEnumerable<string> arguments)
    {
        string silo = Array.Find([Path.Combine(AppContext.BaseDirectory, "silo", "silo.dll"), Path.Combine(AppContext.BaseDirectory, "silo.dll")], File.Exists)
            ?? throw new VgpnnException(ErrorKind.Device, "no-silo", "the server's program is not beside this one", "start it with the launcher, ./vgpnn");
        string host = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "dotnet"));
        _ = Execute(host, [host, silo, .. arguments, null]);
        throw new VgpnnException(ErrorKind.Device, "no-silo", $"the server's program could not be started (error {Marshal.GetLastPInvokeError()})");
    }

    [DllImport("libc", EntryPoint = "execv", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execute(
        [MarshalAs(UnmanagedType.LPStr)] string path, [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments);
}
