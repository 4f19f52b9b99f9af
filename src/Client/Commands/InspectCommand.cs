using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn inspect</c>: what a run would do, and what it would take.</summary>
internal sealed class InspectCommand : Verb
{
    private readonly InputSettings _input = new(several: true);
    private readonly SampleSettings _samples = new();
    private readonly MethodSettings _method = new(Application.Generation);
    private readonly MachineSettings _machine = new();

    public InspectCommand()
        : base("inspect", "Show what a run would do: levels, sizes, memory and expected time. Writes nothing.")
    {
        _input.AddTo(this);
        _samples.AddCountTo(this);
        _method.AddTo(this);
        _machine.AddTo(this);
        Add(Json);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("inspect clip.mp4", "The pyramid as a table, the memory and the time that it would take."),
        new("inspect retarget clip.mp4 --size 240x360", "The same of another command, with all its options; as --dry-run does."),
        new("inspect clip.mp4 --max-height 480 -n 10", "The same for ten samples of a smaller picture."),
        new("inspect clip.mp4 --json", "The same for programs."),
    ];

    /// <summary>Reads <c>inspect VERB …</c> as <c>VERB … --dry-run</c>; a file of a verb's name is meant by <c>./analogy</c>.</summary>
    public static string[] Expanded(string[] arguments)
    {
        if (arguments is not ["inspect", var verb, ..] || !VgpnnCommand.Create().Subcommands.OfType<RunVerb>().Any(v => v.Name == verb)) return arguments;
        return [verb, "--dry-run", .. arguments[2..]];
    }

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        RunRequest request = RunRequest.WholeSet(
            _input.Read(parse), _method.Read(parse), _machine.Read(parse), _samples.ReadCount(parse), seed: 0);
        return PlanReport.WriteAsync(request, directory: null, Json.IsGiven(parse), cancellation);
    }
}
