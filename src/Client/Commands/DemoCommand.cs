using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn demo</c>: makes samples of an example clip.</summary>
internal sealed class DemoCommand : Verb
{
    private const string SamplesName = "samples";
    private const int Samples = 3;
    private const ulong Seed = 1;

    private readonly OutputSettings _output = new("vgpnn-demo, in the working directory");
    private readonly MachineSettings _machine = new();

    public DemoCommand()
        : base("demo", "Make three samples of an example clip.")
    {
        _output.AddDirectoryTo(this);
        _machine.AddTo(this);
        Add(Json);
    }

    public override IReadOnlyList<Example> Examples => [new("demo", "The same three samples every time, in vgpnn-demo/.")];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        string clip = FindClip();
        OutputRequest output = _output.Read(parse, "vgpnn-demo");
        RunRequest request = RunRequest.WholeSet(
            new InputRequest(clip), new MethodOptions(), _machine.Read(parse), Samples, Seed);
        new ResultDirectory(output.Directory).ThrowIfOccupied(request.Input.Inputs, output.Overwrite);
        using IRunReporter reporter = RunReporter.Create(Json.IsGiven(parse));
        PreparedRun run = await PreparedRun.PrepareAsync(request, reporter, cancellation);
        await new SamplingRun(run, output, reporter).ExecuteAsync(cancellation);
        return ExitCode.Success;
    }

    /// <summary>The first clip of the nearest <c>samples</c> directory above the program.</summary>
    private static string FindClip()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string samples = Path.Combine(directory.FullName, SamplesName);
            string? clip = Directory.Exists(samples) ? Directory.EnumerateFiles(samples, "*.mp4").Order().FirstOrDefault() : null;
            if (clip is not null) return Path.GetRelativePath(".", clip);
        }

        throw new VgpnnException(
            ErrorKind.Input, "no-demo-clip", $"no example clips found: no directory above {AppContext.BaseDirectory} contains '{SamplesName}' with .mp4 files",
            $"use a clip of yours: {ProgramName.Current} generate clip.mp4");
    }
}
