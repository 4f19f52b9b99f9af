using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn serve</c>: becomes the silo, which lies beside this program.</summary>
internal sealed class ServeCommand : Verb
{
    private const string Group = "Server";

    private readonly Setting<string> _data = new("--data", "DIR", PathText.TryParse)
    {
        Group = Group,
        Description = "Directory for everything that the server keeps; made if it is not there.",
        Allowed = "a path",
        Default = ServerSettings.DefaultData,
    };

    private readonly Setting<int> _port = new("--port", "P", ValueText.Integer(1, 65_535))
    {
        Group = Group,
        Description = "Port to listen on, for this machine alone.",
        Allowed = "a whole number from 1 to 65535",
        Default = ServerSettings.DefaultPort.ToString(CultureInfo.InvariantCulture),
    };

    public ServeCommand()
        : base("serve", "Run a server on this machine: a web page and an HTTP API, with nothing else to install.")
    {
        Add(_data);
        Add(_port);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("serve", "Listens on http://127.0.0.1:7413, keeps its data in vgpnn-data/, and prints an address for a browser."),
        new("serve --data /srv/vgpnn --port 8080", "The same elsewhere."),
    ];

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        string silo = Array.Find([Path.Combine(AppContext.BaseDirectory, "silo", "silo.dll"), Path.Combine(AppContext.BaseDirectory, "silo.dll")], File.Exists)
            ?? throw new VgpnnException(ErrorKind.Device, "no-silo", "the server's program is not beside this one", "start it with the launcher, ./vgpnn");
        string host = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "dotnet");
        string port = _port.Or(parse, ServerSettings.DefaultPort).ToString(CultureInfo.InvariantCulture);
        string[] arguments =
        [
            Path.GetFullPath(host), silo, "--serve", "true", "--data", _data.Or(parse, ServerSettings.DefaultData), "--urls", $"http://127.0.0.1:{port}",
        ];

        // The silo takes this process over: signals, terminal and exit code are its own.
        _ = Execute(arguments[0], [.. arguments, null]);
        throw new VgpnnException(ErrorKind.Device, "no-silo", $"the server's program could not be started (error {Marshal.GetLastPInvokeError()})");
    }

    [DllImport("libc", EntryPoint = "execv", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execute(
        [MarshalAs(UnmanagedType.LPStr)] string path, [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments);
}
