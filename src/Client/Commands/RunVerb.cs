using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis;

namespace Vgpnn.Client.Commands;

/// <summary>A command that makes samples: what all applications have in common.</summary>
internal abstract class RunVerb : Verb
{
    private readonly string _suffix;
    private readonly OutputSettings _output;
    private readonly MachineSettings _machine = new();

    private readonly Flag _dryRun = new("--dry-run")
    {
        Group = "Other",
        Description = "Show the plan (sizes, memory, expected time) and write nothing.",
    };

    /// <param name="application">What is made.</param>
    /// <param name="name">The command's name.</param>
    /// <param name="description">What it does, in a sentence.</param>
    /// <param name="suffix">What is added to the input's name to name the directory of the results.</param>
    /// <param name="several">Whether there may be several inputs.</param>
    protected RunVerb(Application application, string name, string description, string suffix, bool several = false)
        : this(application, name, description, suffix, "INPUT", new InputSettings(several, application))
    {
    }

    /// <param name="application">What is made.</param>
    /// <param name="name">The command's name.</param>
    /// <param name="description">What it does, in a sentence.</param>
    /// <param name="suffix">What is added to the first input's name to name the directory of the results.</param>
    /// <param name="inputs">One input each, in this order; the first is what is worked on.</param>
    protected RunVerb(
        Application application, string name, string description, string suffix, params (InputRole Role, string Description)[] inputs)
        : this(application, name, description, suffix, Names.Of(inputs[0].Role).ToUpperInvariant(), new InputSettings(inputs))
    {
    }

    private RunVerb(Application application, string name, string description, string suffix, string first, InputSettings input)
        : base(name, description)
    {
        _suffix = suffix;
        _output = new OutputSettings($"{first}'s name with '-{suffix}', in the working directory");
        Input = input;
        Method = new MethodSettings(application);
    }

    protected InputSettings Input { get; }

    protected SampleSettings Samples { get; } = new();

    protected MethodSettings Method { get; }

    /// <summary>Adds the options that every application has, after those of its own.</summary>
    protected void AddCommon()
    {
        _output.AddTo(this);
        Method.AddTo(this);
        _machine.AddTo(this);
        Add(_dryRun);
        Add(Json);
    }

    /// <summary>What is read.</summary>
    protected virtual InputRequest ReadInput(ParseResult parse) => Input.Read(parse);

    /// <summary>The knobs of the method.</summary>
    protected virtual MethodOptions ReadMethod(ParseResult parse) => Method.Read(parse);

    /// <summary>The network that finds movement; null: none.</summary>
    protected virtual FlowNetwork? ReadFlow(ParseResult parse) => null;

    /// <summary>How many samples.</summary>
    protected virtual int ReadCount(ParseResult parse) => Samples.ReadCount(parse);

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        InputRequest input = ReadInput(parse);
        OutputRequest output = ReadOutput(parse, input.Path, _suffix);
        RunRequest request = ReadRequest(parse, input, Samples.ReadSeed(parse));
        bool json = Json.IsGiven(parse);
        new ResultDirectory(output.Directory).ThrowIfOccupied(input.Inputs, output.Overwrite);
        if (IsDryRun(parse)) return await PlanReport.WriteAsync(request, output.Directory, json, cancellation);

        using IRunReporter reporter = RunReporter.Create(json);
        PreparedRun run = await PreparedRun.PrepareAsync(request, reporter, cancellation);
        await new SamplingRun(run, output, reporter).ExecuteAsync(cancellation);
        return ExitCode.Success;
    }

    /// <summary>Everything that is asked for, of these inputs.</summary>
    protected RunRequest ReadRequest(ParseResult parse, InputRequest input, ulong seed) =>
        RunRequest.WholeSet(input, ReadMethod(parse), _machine.Read(parse), ReadCount(parse), seed, ReadFlow(parse));

    /// <summary>Where results go; unless it is said, to the input's name with a suffix.</summary>
    protected OutputRequest ReadOutput(ParseResult parse, string input, string suffix)
    {
        string stem = ManifestMaker.StemOf(input);
        return _output.Read(parse, stem.Length > 0 ? $"{stem}-{suffix}" : $"vgpnn-{suffix}");
    }

    /// <summary>Whether nothing is to be made.</summary>
    protected bool IsDryRun(ParseResult parse) => _dryRun.IsGiven(parse);
}
