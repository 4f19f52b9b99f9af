using System.CommandLine;
using Vgpnn.Client.CommandLine;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn submit</c>: the commands that make samples, run on a server.</summary>
internal sealed class SubmitCommand : Verb
{
    public SubmitCommand()
        : base("submit", "Upload the inputs to a server and submit a request.")
    {
        Add(new GenerateCommand(RunTarget.Server));
        Add(new RetargetCommand(RunTarget.Server));
        Add(new AnalogyCommand(RunTarget.Server));
        Add(new SketchCommand(RunTarget.Server));
        Add(new InpaintCommand(RunTarget.Server));
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("submit generate clip.mp4 -n 4", "Submits a request for four samples."),
        new("submit retarget clip.mp4 --size 240x360 --server https://vgpnn.example", "Submits a request to another server."),
    ];

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        HelpPage.Write(this, parse.InvocationConfiguration.Output);
        return Task.FromResult(ExitCode.Usage);
    }
}
