using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn repeat</c>: the same bits again, and the proof that they are the same.</summary>
internal sealed class RepeatCommand : Verb
{
    private readonly Argument<string> _manifest = new("MANIFEST")
    {
        Description = "The manifest.json of a run, or the directory that holds it.",
    };

    private readonly Setting<int> _sample = new("--sample", "I", ValueText.Integer(0, SampleSettings.MaxSamples - 1))
    {
        Group = "Samples",
        Description = "Only this sample, counted from 0 as in its file's name.",
        Allowed = $"a whole number from 0 to {SampleSettings.MaxSamples - 1}",
        Default = "every sample that the manifest names",
    };

    private readonly PathsSetting _input = new("--input", "PATH")
    {
        Group = "Input",
        Description = "Where the input is now, should it have moved; where there are several, given once for each.",
        Allowed = "a path",
        Default = "where the manifest says",
    };

    private readonly Setting<string> _flow = new("--flow", "raft=FILE", WeightsText.Of("raft"))
    {
        Group = "Input",
        Description = "Where the weights of the network that found movement are now, should they have moved.",
        Allowed = "raft= and a file of weights",
        Default = "where the manifest says",
    };

    private readonly OutputSettings _output = new("the manifest's directory with '-repeat', in the working directory");
    private readonly MachineSettings _machine = new();

    public RepeatCommand()
        : base("repeat", "Make the samples of an earlier run again, and check that every frame is the same.")
    {
        Add(_manifest);
        Add(_input);
        Add(_flow);
        Add(_sample);
        _output.AddDirectoryTo(this);
        _machine.AddTo(this);
        Add(Json);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("repeat clip-samples/manifest.json", "All its samples again, in clip-samples-repeat/."),
        new("repeat clip-samples --sample 2 -o again", "Only sample 2, without making those before it."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        string path = parse.GetRequiredValue(_manifest);
        RunManifest manifest = ManifestFile.Load(path);
        string home = RecordedInputs.Home(path);
        RunRequest request = RequestOf(parse, manifest, home);
        OutputRequest output = _output.Read(parse, $"{ManifestMaker.NameOf(home)}-repeat") with
        {
            Format = manifest.Output.Format,
            SaveLevels = manifest.Settings.SaveLevels,
        };
        new ResultDirectory(output.Directory).ThrowIfOccupied(request.Input.Inputs, output.Overwrite);

        using IRunReporter reporter = RunReporter.Create(Json.IsGiven(parse));
        PreparedRun run = await PreparedRun.PrepareAsync(request, reporter, cancellation);
        RecordedInputs.ThrowIfDifferent(
            manifest, run.Inputs,
            $"--input PATH names the right one{(run.Inputs.Count > 1 ? "; give it once for each input, in the manifest's order" : "")}");
        await new SamplingRun(run, output, reporter, manifest.Samples.ToDictionary(s => s.Index, s => s.FramesSha256))
            .ExecuteAsync(cancellation);
        return ExitCode.Success;
    }

    private RunRequest RequestOf(ParseResult parse, RunManifest manifest, string home)
    {
        ManifestSettings settings = manifest.Settings;
        return new RunRequest(
            RecordedInputs.Request(manifest, Inputs(parse, manifest, home)),
            settings.Read().Method, Machine(parse, manifest.EngineClass), settings.Samples, settings.Seed, Indices(parse, manifest), Flow(parse, settings, home));
    }

    // The same bits come from the same class of engine only.
    private MachineRequest Machine(ParseResult parse, string engineClass)
    {
        MachineRequest machine = _machine.Read(parse) with { Measures = Json.IsGiven(parse), FormerSearch = engineClass == BackendName.FormerGpu };
        DeviceChoiceKind recorded = engineClass == BackendName.Cpu ? DeviceChoiceKind.Cpu : DeviceChoiceKind.Gpu;
        if (machine.Device.Kind == DeviceChoiceKind.Auto) return machine with { Device = new DeviceChoice(recorded) };
        if (machine.Device.Kind == recorded) return machine;
        throw new VgpnnException(
            ErrorKind.Usage, "other-engine", $"the samples were made by the engine {engineClass}, and others make different bits", "leave out --device");
    }

    private FlowNetwork? Flow(ParseResult parse, ManifestSettings settings, string home)
    {
        if (settings.Flow is { } flow)
            return FlowNetwork.Load(_flow.IsGiven(parse) ? parse.GetRequiredValue(_flow) : Here(home, flow.Weights), flow.Sha256);
        if (!_flow.IsGiven(parse)) return null;
        throw new VgpnnException(ErrorKind.Usage, "no-weights", "--flow was given, and the samples were made without weights", "leave it out");
    }

    // A path of the manifest's, seen from the working directory.
    private static string Here(string home, string path) => Path.GetRelativePath(".", Path.Combine(home, path));

    private InputPath[] Inputs(ParseResult parse, RunManifest manifest, string home)
    {
        string[] given = parse.GetValue(_input) ?? [];
        if (given.Length == 0)
            return RecordedInputs.Paths(manifest, home);
        if (given.Length == manifest.Inputs.Count) return [.. manifest.Inputs.Zip(given, (input, path) => new InputPath(input.Role, path))];
        string inputs = string.Join(", ", manifest.Inputs.Select(i => $"{HumanText.OneLine(i.Name)} ({Names.Of(i.Role)})"));
        throw new VgpnnException(
            ErrorKind.Usage, "wrong-inputs", $"--input is given {given.Length} times, and the samples were made of {manifest.Inputs.Count}",
            $"give it once for each, in this order: {inputs}");
    }

    private int[] Indices(ParseResult parse, RunManifest manifest)
    {
        int[] recorded = [.. manifest.Samples.Select(s => s.Index).Distinct().Order()];
        if (recorded.Length != manifest.Samples.Count) throw Invalid("it names a sample twice");
        if (recorded.Length == 0) throw Invalid("it names no sample");
        if (_sample.OrNull(parse) is not { } wanted) return recorded;
        if (recorded.Contains(wanted)) return [wanted];
        throw new VgpnnException(
            ErrorKind.Usage, "no-such-sample", $"the manifest names no sample {wanted}",
            $"it names {HumanText.Count(recorded.Length, "sample")} from {recorded[0]} to {recorded[^1]}");
    }

    private static VgpnnException Invalid(string why) =>
        new(ErrorKind.Input, "manifest-invalid", $"the manifest cannot be repeated: {why}");
}
