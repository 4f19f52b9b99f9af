using System.CommandLine;
using Vgpnn.Client.CommandLine;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn doctor</c>: runs the checks of the silo's executable.</summary>
internal sealed class DoctorCommand : Verb
{
    private readonly Setting<string> _data = new("--data", "DIR", PathText.TryParse)
    {
        Group = "Server",
        Description = "The server's data directory.",
        Allowed = "a path",
        Default = ServerSettings.DefaultData,
    };

    public DoctorCommand()
        : base("doctor", "Check that this machine meets the server's requirements.")
    {
        Add(_data);
        Add(Json);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("doctor", "Runs all checks; exit code 1 if one fails."),
        new("doctor --json", "The results as JSON."),
    ];

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation) =>
        SiloProgram.Become(["doctor", "--data", _data.Or(parse, ServerSettings.DefaultData), "--json", Json.IsGiven(parse) ? "true" : "false"]);
}
