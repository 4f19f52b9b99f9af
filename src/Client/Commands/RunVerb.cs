using System.CommandLine;
using System.Text.Json;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Contracts;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary>Where samples are made.</summary>
internal enum RunTarget
{
    /// <summary>Samples are made on this machine.</summary>
    Local,

    /// <summary>Samples are made by a server.</summary>
    Server,
}

/// <summary>A command that makes samples, on this machine or a server; the parts that all applications share.</summary>
internal abstract class RunVerb : Verb
{
    private readonly string _suffix;
    private readonly ServerSettings _server = new();
    private readonly OutputSettings _output;
    private readonly MachineSettings _machine = new();

    private readonly Flag _dryRun = new("--dry-run")
    {
        Group = "Other",
        Description = "Show the plan (sizes, memory, expected time) and write nothing.",
    };

    /// <param name="target">Where the samples are made.</param>
    /// <param name="application">The application.</param>
    /// <param name="name">The command's name.</param>
    /// <param name="description">The command's help text.</param>
    /// <param name="suffix">Appended to the input's name to make the output directory's name.</param>
    /// <param name="several">Whether several inputs are accepted.</param>
    protected RunVerb(RunTarget target, Application application, string name, string description, string suffix, bool several = false)
        : this(target, application, name, description, suffix, "INPUT", new InputSettings(several))
    {
    }

    /// <param name="target">Where the samples are made.</param>
    /// <param name="application">The application.</param>
    /// <param name="name">The command's name.</param>
    /// <param name="description">The command's help text.</param>
    /// <param name="suffix">Appended to the first input's name to make the output directory's name.</param>
    /// <param name="inputs">One input per role, in this order; the first is the one that is edited.</param>
    protected RunVerb(
        RunTarget target, Application application, string name, string description, string suffix, params (InputRole Role, string Description)[] inputs)
        : this(target, application, name, description, suffix, Names.Of(inputs[0].Role).ToUpperInvariant(), new InputSettings(inputs))
    {
    }

    private RunVerb(RunTarget target, Application application, string name, string description, string suffix, string first, InputSettings input)
        : base(name, description)
    {
        Target = target;
        _suffix = suffix;
        _output = new OutputSettings($"'-{suffix}' appended to {first}'s name, in the working directory");
        Input = input;
        Method = new MethodSettings(application);
    }

    /// <summary>Where the samples are made.</summary>
    protected RunTarget Target { get; }

    protected InputSettings Input { get; }

    protected SampleSettings Samples { get; } = new();

    protected MethodSettings Method { get; }

    /// <summary>Adds the inputs and their options, before the command's own.</summary>
    protected void AddInput()
    {
        Input.AddTo(this);
        Method.AddLeadingTo(this);
    }

    /// <summary>Adds the options that all applications share, after the command's own.</summary>
    protected void AddCommon()
    {
        if (Target == RunTarget.Local) _output.AddTo(this);
        Method.AddOthersTo(this);
        if (Target == RunTarget.Local)
        {
            _machine.AddTo(this);
            Add(_dryRun);
        }
        else
        {
            _server.AddTo(this);
        }

        Add(Json);
    }

    /// <summary>The inputs.</summary>
    protected virtual IReadOnlyList<InputPath> ReadInputs(ParseResult parse) => Input.Read(parse);

    /// <summary>The settings of the run.</summary>
    protected virtual RunSettings ReadSettings(ParseResult parse) => Method.Read(parse);

    /// <summary>The optical-flow network; <c>null</c> for none.</summary>
    protected virtual FlowNetwork? ReadFlow(ParseResult parse) => null;

    /// <summary>The number of samples.</summary>
    protected virtual int ReadCount(ParseResult parse) => Samples.ReadCount(parse);

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        IReadOnlyList<InputPath> inputs = ReadInputs(parse);
        if (Target == RunTarget.Server) return await SubmitAsync(parse, inputs, cancellation);
        OutputRequest output = ReadOutput(parse, inputs[0].Path, _suffix);
        RunRequest request = ReadRequest(parse, inputs, Samples.ReadSeed(parse));
        bool json = Json.IsGiven(parse);
        if (IsDryRun(parse)) return await PlanReport.WriteAsync(request, output.Directory, json, cancellation);
        new ResultDirectory(output.Directory).ThrowIfOccupied(inputs, output.Overwrite);

        using IRunReporter reporter = RunReporter.Create(json);
        PreparedRun run = await PreparedRun.PrepareAsync(request, reporter, cancellation);
        await new SamplingRun(run, output, reporter).ExecuteAsync(cancellation);
        return ExitCode.Success;
    }

    /// <summary>The run request for these inputs.</summary>
    protected RunRequest ReadRequest(ParseResult parse, IReadOnlyList<InputPath> inputs, ulong seed)
    {
        RunSettings settings = ReadSettings(parse);
        MachineRequest machine = _machine.Read(parse) with { Measures = Json.IsGiven(parse) };
        return RunRequest.WholeSet(new InputRequest(inputs, settings), settings.Method, machine, ReadCount(parse), seed, ReadFlow(parse));
    }

    /// <summary>The output settings; the default directory is the input's name with a suffix.</summary>
    protected OutputRequest ReadOutput(ParseResult parse, string input, string suffix)
    {
        string stem = ManifestMaker.StemOf(input);
        return _output.Read(parse, stem.Length > 0 ? $"{stem}-{suffix}" : $"vgpnn-{suffix}");
    }

    /// <summary>Whether only the plan is shown.</summary>
    protected bool IsDryRun(ParseResult parse) => _dryRun.IsGiven(parse);

    private async Task<int> SubmitAsync(ParseResult parse, IReadOnlyList<InputPath> inputs, CancellationToken cancellation)
    {
        bool json = Json.IsGiven(parse);
        using var api = new ApiClient(_server.Read(parse));
        Request request;
        using (IRunReporter reporter = RunReporter.Create(json))
        {
            request = await new Submission(api, reporter).SubmitAsync(
                inputs, ReadSettings(parse), ReadCount(parse), Samples.ReadSeedOrNull(parse), cancellation);
        }

        if (json) Console.WriteLine(JsonSerializer.Serialize(request, ApiJson.Options));
        else Console.WriteLine($"{request.Id}: {HumanText.Count(request.Samples.Total, "sample")}, seed {request.Seed}. To wait for it: {ProgramName.Current} wait {request.Id}");
        return ExitCode.Success;
    }
}
