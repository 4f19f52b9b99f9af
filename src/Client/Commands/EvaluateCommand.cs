using System.CommandLine;
using System.Text.Json;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Evaluation;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn evaluate</c>: numbers that tell how near samples are to their input, and how far from each other.</summary>
internal sealed class EvaluateCommand : Verb
{
    private readonly Argument<string> _input = new("INPUT")
    {
        Description = "What the samples were made of: a video or a directory of numbered frames.",
    };

    private readonly Argument<string[]> _samples = new("SAMPLE…")
    {
        Description = "Videos, directories of frames, or directories with a manifest.json: all samples in them.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Setting<FrameRange> _frames = new("--frames", "A..B", ValueText.FrameRange)
    {
        Group = "Input",
        Description = "Only frames A to B of the input, both included; samples are read whole.",
        Allowed = "two frame numbers such as 3..10, counted from 1, the second one larger",
        Default = "all frames",
    };

    private readonly Setting<int> _maxHeight = new("--max-height", "PX", ValueText.Integer(8, 4320))
    {
        Group = "Input",
        Description = "An input higher than PX pixels is made smaller first, as its samples were.",
        Allowed = "a whole number of pixels from 8 to 4320",
        Default = "the input's own height",
    };

    private readonly Setting<int> _threads = new("--threads", "N", ValueText.Integer(1, 256))
    {
        Group = "Machine",
        Description = "Threads to compute on.",
        Allowed = "a whole number from 1 to 256",
        Default = "one per core",
    };

    private readonly SvfidSettings _svfid = new();

    public EvaluateCommand()
        : base("evaluate", "Score samples against the clip that they were made of.")
    {
        Add(_input);
        Add(_samples);
        Add(_frames);
        Add(_maxHeight);
        foreach (Option option in _svfid.All) Add(option);
        Add(_threads);
        Add(Json);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("evaluate clip.mp4 clip-samples", "A table of all samples of a run, and their diversity."),
        new("evaluate clip.mp4 a.mp4 b.mp4 --json", "The same of two videos, for programs."),
        new("evaluate clip.mp4 clip-samples --svfid c3d=c3d.pickle", "SVFID too, with weights of your own."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        string[] paths = [.. parse.GetRequiredValue(_samples).SelectMany(Expand)];
        var options = new ReadOptions { Frames = _frames.OrNull(parse), MaxHeight = _maxHeight.OrNull(parse) };
        var workers = new Workers(_threads.Or(parse, Environment.ProcessorCount), cancellation);
        bool json = Json.IsGiven(parse);
        (Svfid Metric, SvfidReport Report)? svfid = _svfid.Read(parse);
        EvaluationReport report = await EvaluateAsync(parse.GetRequiredValue(_input), options, paths, svfid?.Metric, workers, json);
        report = report with { Svfid = svfid?.Report };
        if (json) Console.WriteLine(JsonSerializer.Serialize(report, EvaluationJson.Lines.EvaluationReport));
        else EvaluationTable.Write(report);
        return ExitCode.Success;
    }

    private static async Task<EvaluationReport> EvaluateAsync(
        string input, ReadOptions options, string[] paths, Svfid? svfid, Workers workers, bool json)
    {
        using IRunReporter reporter = RunReporter.Create(json);
        reporter.Stage($"reading {ShortName(input)}");
        ReadResult read = await ClipReader.ReadAsync(input, options, workers.Cancellation);
        var evaluator = new Evaluator(read.Clip, workers, svfid);
        var scores = new List<SampleReport>();
        foreach (string path in paths)
        {
            reporter.Stage($"comparing {ShortName(path)}, {scores.Count + 1} of {paths.Length}");
            ReadResult sample = await ClipReader.ReadAsync(path, cancellation: workers.Cancellation);
            scores.Add(new SampleReport(path, evaluator.Add(sample.Clip)));
        }

        return new EvaluationReport(input, scores, evaluator.Diversity());
    }

    private static IEnumerable<string> Expand(string path)
    {
        if (!File.Exists(Path.Combine(path, ManifestFile.Name))) return [path];
        RunManifest manifest = ManifestFile.Load(path);
        if (manifest.Samples.Count == 0)
        {
            throw new VgpnnException(
                ErrorKind.Input, "no-samples", $"the manifest in {path} names no sample", "generate writes samples to its directory");
        }

        return manifest.Samples.OrderBy(s => s.Index).Select(s => Path.Combine(path, s.File));
    }

    private static string ShortName(string path) => HumanText.OneLine(ManifestMaker.NameOf(path));
}
