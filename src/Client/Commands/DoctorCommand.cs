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
        new("doctor", "Tries ffmpeg, devices, disk, database, clock and blobs; 1 if something is broken."),
        new("doctor --json", "The same for programs. VGPNN_DATABASE and its like are heeded, as by a silo."),
    ];

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        return SiloProgram.Become(["doctor", "--data", _data.Or(parse, ServerSettings.DefaultData), "--json", Json.IsGiven(parse) ? "true" : "false"]);
    }
}
