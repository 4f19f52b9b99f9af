using System.CommandLine;
using System.Globalization;
using Vgpnn.Client.CommandLine;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn serve</c>: replaces this process with the silo's executable.</summary>
internal sealed class ServeCommand : Verb
{
    private const string Group = "Server";

    private readonly Setting<string> _data = new("--data", "DIR", PathText.TryParse)
    {
        Group = Group,
        Description = "The server's data directory, created if missing.",
        Allowed = "a path",
        Default = ServerSettings.DefaultData,
    };

    private readonly Setting<int> _port = new("--port", "P", ValueText.Integer(1, 65_535))
    {
        Group = Group,
        Description = "Port to listen on, on the loopback interface.",
        Allowed = "an integer from 1 to 65535",
        Default = ServerSettings.DefaultPort.ToString(CultureInfo.InvariantCulture),
    };

    public ServeCommand()
        : base("serve", "Run a server on this machine: a web page and an HTTP API. No other software is needed.")
    {
        Add(_data);
        Add(_port);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("serve", "Listens on http://127.0.0.1:7413, stores data in vgpnn-data/, and prints a one-time sign-in link."),
        new("serve --data /srv/vgpnn --port 8080", "Another data directory and port."),
    ];

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        string port = _port.Or(parse, ServerSettings.DefaultPort).ToString(CultureInfo.InvariantCulture);
        return SiloProgram.Become(["--serve", "true", "--data", _data.Or(parse, ServerSettings.DefaultData), "--urls", $"http://127.0.0.1:{port}"]);
    }
}
