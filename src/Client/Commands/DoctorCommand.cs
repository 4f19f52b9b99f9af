using System.CommandLine;
using Vgpnn.Client.CommandLine;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn doctor</c>: has the silo, which lies beside this program, try everything that it needs.</summary>
internal sealed class DoctorCommand : Verb
{
    private readonly Setting<string> _data = new("--data", "DIR", PathText.TryParse)
    {
        Group = "Server",
        Description = "Directory in which the server keeps what no other setting sends elsewhere.",
        Allowed = "a path",
        Default = ServerSettings.DefaultData,
    };

    public DoctorCommand()
        : base("doctor", "Look whether this machine has all that a server needs, and say what to mend.")
    {
        Add(_data);
        Add(Json);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("doctor", "Tries all of them; exit status 1 if one is broken."),
        new("doctor --json", "The same for programs."),
    ];

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation) =>
        SiloProgram.Become(["doctor", "--data", _data.Or(parse, ServerSettings.DefaultData), "--json", Json.IsGiven(parse) ? "true" : "false"]);
}
