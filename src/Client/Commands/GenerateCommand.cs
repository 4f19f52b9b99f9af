using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn generate</c>: one clip in, many out.</summary>
internal sealed class GenerateCommand : Verb
{
    private readonly InputSettings _input = new();
    private readonly SampleSettings _samples = new();
    private readonly OutputSettings _output = new("INPUT's name with '-samples', in the working directory");
    private readonly MethodSettings _method = new();
    private readonly MachineSettings _machine = new();

    private readonly Flag _dryRun = new("--dry-run")
    {
        Group = "Other",
        Description = "Show the plan (sizes, memory, expected time) and write nothing.",
    };

    public GenerateCommand()
        : base("generate", "Make new videos out of one: each is woven from space-time patches of the input.")
    {
        _input.AddTo(this);
        _samples.AddTo(this);
        _output.AddTo(this);
        _method.AddTo(this);
        _machine.AddTo(this);
        Add(_dryRun);
        Add(Json);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("generate clip.mp4 -n 4", "Four samples in clip-samples/, and a page to watch them on."),
        new("generate clip.mp4 -n 8 --seed 7 -o out", "The same eight samples every time."),
        new("generate frames/ --frames 1..40 --max-height 240", "Frames from a directory, fewer and smaller ones for a quick look."),
        new("generate clip.mp4 --scale 1,1,1.5 --min-size 3,40 --noise 0", "Half as wide again, with the input's own layout."),
        new("generate clip.mp4 --format png --save-levels", "Lossless frames, and every step from coarse to fine."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        InputRequest input = _input.Read(parse);
        OutputRequest output = _output.Read(parse, DefaultDirectory(input.Path));
        RunRequest request = RunRequest.WholeSet(
            input, _method.Read(parse), _machine.Read(parse), _samples.ReadCount(parse), _samples.ReadSeed(parse));
        bool json = Json.IsGiven(parse);
        new ResultDirectory(output.Directory).ThrowIfOccupied(input.Path, output.Overwrite);
        if (_dryRun.IsGiven(parse)) return await PlanReport.WriteAsync(request, output.Directory, json, cancellation);

        using IRunReporter reporter = RunReporter.Create(json);
        PreparedRun run = await PreparedRun.PrepareAsync(request, reporter, cancellation);
        await new GenerationRun(run, output, reporter).ExecuteAsync(cancellation);
        return ExitCode.Success;
    }

    private static string DefaultDirectory(string input)
    {
        string name = ManifestMaker.NameOf(input);
        string stem = Directory.Exists(input) ? name : Path.GetFileNameWithoutExtension(name);
        return stem.Length > 0 ? $"{stem}-samples" : "vgpnn-samples";
    }
}
