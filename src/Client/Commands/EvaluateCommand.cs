using System.CommandLine;
using System.Text.Json;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Kernels.Threading;
using Vgpnn.Media;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Evaluation;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn evaluate</c>: scores samples against their inputs and each other.</summary>
internal sealed class EvaluateCommand : Verb
{
    private readonly Argument<string> _input = new("INPUT")
    {
        Description = "The output directory of a run, whose manifest names the inputs; or the input itself (of an analogy, the style clip).",
    };

    private readonly Argument<string[]> _samples = new("SAMPLE…")
    {
        Description = "Videos, directories of frames, or output directories of runs. Optional if INPUT is an output directory: all of its samples.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly ComparedSettings _compared = new();

    private readonly Setting<int> _threads = new("--threads", "N", ValueText.Integer(1, 256))
    {
        Group = "Machine",
        Description = "Number of threads.",
        Allowed = "an integer from 1 to 256",
        Default = "one per core",
    };

    private readonly SvfidSettings _svfid = new();

    public EvaluateCommand()
        : base("evaluate", "Score samples of any application against their inputs.")
    {
        Add(_input);
        Add(_samples);
        foreach (Option option in _compared.All) Add(option);
        foreach (Option option in _svfid.All) Add(option);
        Add(_threads);
        Add(Json);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("evaluate clip-samples", "A table of all samples of a run."),
        new("evaluate clip.mp4 a.mp4 b.mp4 --json", "The scores of two videos as JSON."),
        new("evaluate lava.mp4 other.mp4 --content waterfall.mp4", "An analogy by another program, and how well it follows its content."),
        new("evaluate clip.mp4 clip-samples --svfid c3d=c3d.pickle", "SVFID as well, with your own weights."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        string input = parse.GetRequiredValue(_input);
        string[] samples = parse.GetValue(_samples) ?? [];
        RunManifest? run = ManifestOf(input);
        if (samples.Length == 0)
        {
            if (run is null)
                throw new VgpnnException(
                    ErrorKind.Usage, "missing-argument", $"SAMPLE… is missing: {HumanText.OneLine(input)} is not the output directory of a run",
                    $"use {ProgramName.Current} evaluate INPUT SAMPLE…, or {ProgramName.Current} evaluate DIRECTORY");
            samples = [input];
        }

        string[] paths = [.. samples.SelectMany(Expand)];
        bool json = Json.IsGiven(parse);
        var workers = new Workers(_threads.Or(parse, Environment.ProcessorCount), cancellation);
        (InputRequest request, MethodOptions options) = _compared.Read(parse, input, run);
        (Svfid Metric, SvfidReport Report)? svfid = _svfid.Read(parse);
        using IRunReporter reporter = RunReporter.Create(json);
        var inputs = new List<ReadInput>();
        foreach (InputPath path in request.Inputs) inputs.Add(await ReadInput.ReadAsync(path, request, reporter, cancellation));
        if (run is not null) RecordedInputs.ThrowIfDifferent(run, inputs, $"if the input has moved, use {ProgramName.Current} evaluate INPUT SAMPLE…");
        EvaluationReport report = await EvaluateAsync(inputs, options, paths, svfid?.Metric, workers, reporter);
        report = report with { Svfid = svfid?.Report };
        reporter.Dispose();
        if (json) Console.WriteLine(JsonSerializer.Serialize(report, EvaluationJson.Lines.EvaluationReport));
        else EvaluationTable.Write(report);
        return ExitCode.Success;
    }

    private static async Task<EvaluationReport> EvaluateAsync(
        List<ReadInput> inputs, MethodOptions options, string[] paths, Svfid? svfid, Workers workers, IRunReporter reporter)
    {
        reporter.Stage($"measuring {ShortName(inputs[0].Path)}");
        var evaluator = new Evaluator([.. inputs.Select(i => new SamplerInput(i.Role, i.Clip))], options, workers, svfid);
        var scores = new List<SampleReport>();
        foreach (string path in paths)
        {
            reporter.Stage($"comparing {ShortName(path)}, {scores.Count + 1} of {paths.Length}");
            ReadResult sample = await ClipReader.ReadAsync(path, cancellation: workers.Cancellation);
            scores.Add(new SampleReport(path, evaluator.Add(sample.Clip)));
        }

        return new EvaluationReport(
            Names.Of(options.Application), string.Join(", ", inputs.Select(i => i.Path)), scores, evaluator.Diversity());
    }

    private static RunManifest? ManifestOf(string path) =>
        Directory.Exists(path) && File.Exists(Path.Combine(path, ManifestFile.Name)) ? ManifestFile.Load(path) : null;

    private static IEnumerable<string> Expand(string path)
    {
        if (ManifestOf(path) is not { } manifest) return [path];
        if (manifest.Samples.Count == 0)
            throw new VgpnnException(ErrorKind.Input, "no-samples", $"the manifest in {path} contains no samples", "use the output directory of a run that finished a sample");
        return manifest.Samples.OrderBy(s => s.Index).Select(s => Path.Combine(path, s.File));
    }

    private static string ShortName(string path) => HumanText.OneLine(ManifestMaker.NameOf(path));
}
