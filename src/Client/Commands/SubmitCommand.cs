using System.CommandLine;
using Vgpnn.Client.CommandLine;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn submit</c>: the commands that make samples, for a server to carry out.</summary>
internal sealed class SubmitCommand : Verb
{
    public SubmitCommand()
        : base("submit", "Have a server make the samples: upload the inputs and submit a request.")
    {
        Add(new GenerateCommand(Place.Server));
        Add(new RetargetCommand(Place.Server));
        Add(new AnalogyCommand(Place.Server));
        Add(new SketchCommand(Place.Server));
        Add(new InpaintCommand(Place.Server));
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("submit generate clip.mp4 -n 4", "Submits four samples, and says how to wait for them."),
        new("submit retarget clip.mp4 --size 240x360 --server https://vgpnn.example", "The same of another command, to a server elsewhere."),
    ];

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        HelpPage.Write(this, parse.InvocationConfiguration.Output);
        return Task.FromResult(ExitCode.Usage);
    }
}
