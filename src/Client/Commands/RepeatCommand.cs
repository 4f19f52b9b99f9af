using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn repeat</c>: repeats a run and compares the frames.</summary>
internal sealed class RepeatCommand : Verb
{
    private readonly Argument<string> _manifest = new("MANIFEST")
    {
        Description = "The manifest.json of a run, or its directory.",
    };

    private readonly Setting<int> _sample = new("--sample", "I", ValueText.Integer(0, SampleSettings.MaxSamples - 1))
    {
        Group = "Samples",
        Description = "Repeat only this sample, numbered as in its file name.",
        Allowed = $"an integer from 0 to {SampleSettings.MaxSamples - 1}",
        Default = "all samples of the manifest",
    };

    private readonly PathsSetting _input = new("--input", "PATH")
    {
        Group = "Input",
        Description = "Path of the input if it has moved. Repeat the option for each input.",
        Allowed = "a path",
        Default = "the path in the manifest",
    };

    private readonly Setting<string> _flow = new("--flow", "raft=FILE", WeightsText.Of("raft"))
    {
        Group = "Input",
        Description = "Path of the optical-flow network's weights if they have moved.",
        Allowed = "raft=FILE with a file of weights",
        Default = "the path in the manifest",
    };

    private readonly OutputSettings _output = new("'-repeat' appended to the manifest's directory, in the working directory");
    private readonly MachineSettings _machine = new();

    public RepeatCommand()
        : base("repeat", "Repeat an earlier run and check that all frames are identical.")
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
        new("repeat clip-samples/manifest.json", "Repeats all samples, in clip-samples-repeat/."),
        new("repeat clip-samples --sample 2 -o again", "Repeats only sample 2."),
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
            $"use --input PATH{(run.Inputs.Count > 1 ? " once for each input, in the manifest's order" : " with the original file")}");
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

    // Only the same backend gives the same bits.
    private MachineRequest Machine(ParseResult parse, string engineClass)
    {
        MachineRequest machine = _machine.Read(parse) with { Measures = Json.IsGiven(parse), FormerSearch = engineClass == BackendName.FormerGpu };
        DeviceChoiceKind recorded = engineClass == BackendName.Cpu ? DeviceChoiceKind.Cpu : DeviceChoiceKind.Gpu;
        if (machine.Device.Kind == DeviceChoiceKind.Auto) return machine with { Device = new DeviceChoice(recorded) };
        if (machine.Device.Kind == recorded) return machine;
        throw new VgpnnException(
            ErrorKind.Usage, "other-engine", $"the samples were made by the backend '{engineClass}'; another backend gives different frames", "leave out --device");
    }

    private FlowNetwork? Flow(ParseResult parse, ManifestSettings settings, string home)
    {
        if (settings.Flow is { } flow)
            return FlowNetwork.Load(_flow.IsGiven(parse) ? parse.GetRequiredValue(_flow) : ToWorkingDirectory(home, flow.Weights), flow.Sha256);
        if (!_flow.IsGiven(parse)) return null;
        throw new VgpnnException(ErrorKind.Usage, "no-weights", "--flow was given, but the samples were made without a flow network", "leave out --flow");
    }

    // Converts a path of the manifest to one relative to the working directory.
    private static string ToWorkingDirectory(string home, string path) => Path.GetRelativePath(".", Path.Combine(home, path));

    private InputPath[] Inputs(ParseResult parse, RunManifest manifest, string home)
    {
        string[] given = parse.GetValue(_input) ?? [];
        if (given.Length == 0)
            return RecordedInputs.Paths(manifest, home);
        if (given.Length == manifest.Inputs.Count) return [.. manifest.Inputs.Zip(given, (input, path) => new InputPath(input.Role, path))];
        string inputs = string.Join(", ", manifest.Inputs.Select(i => $"{HumanText.OneLine(i.Name)} ({Names.Of(i.Role)})"));
        throw new VgpnnException(
            ErrorKind.Usage, "wrong-inputs", $"--input is given {given.Length} times, but the samples have {HumanText.Count(manifest.Inputs.Count, "input")}",
            $"give it once for each input, in this order: {inputs}");
    }

    private int[] Indices(ParseResult parse, RunManifest manifest)
    {
        int[] recorded = [.. manifest.Samples.Select(s => s.Index).Distinct().Order()];
        if (recorded.Length != manifest.Samples.Count) throw Invalid("it lists a sample twice");
        if (recorded.Length == 0) throw Invalid("it lists no samples");
        if (_sample.OrNull(parse) is not { } wanted) return recorded;
        if (recorded.Contains(wanted)) return [wanted];
        throw new VgpnnException(
            ErrorKind.Usage, "no-such-sample", $"the manifest has no sample {wanted}",
            $"it has {HumanText.Count(recorded.Length, "sample")}, numbered {recorded[0]} to {recorded[^1]}");
    }

    private static VgpnnException Invalid(string why) =>
        new(ErrorKind.Input, "manifest-invalid", $"the manifest cannot be repeated: {why}");
}
