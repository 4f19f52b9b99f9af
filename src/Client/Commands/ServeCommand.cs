using System.CommandLine;
using System.Globalization;
using Vgpnn.Client.CommandLine;

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
        string port = _port.Or(parse, ServerSettings.DefaultPort).ToString(CultureInfo.InvariantCulture);
        return SiloProgram.Become(["--serve", "true", "--data", _data.Or(parse, ServerSettings.DefaultData), "--urls", $"http://127.0.0.1:{port}"]);
    }
}
