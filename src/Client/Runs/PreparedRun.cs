using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Kernels.Threading;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Client.Runs;

/// <summary>
/// A request with everything resolved: the clips are read, the pyramid planned, the noise measured. Nothing is written yet.
/// </summary>
internal sealed class PreparedRun
{
    private const int SpareThreads = 4;

    private PreparedRun(
        RunRequest request, IReadOnlyList<ReadInput> inputs, Sampler sampler, string engineClass, double noise, TimeSpan expected, TimeSpan preparation)
    {
        EngineClass = engineClass;
        ExpectedPreparation = preparation;
        Request = request;
        Inputs = inputs;
        Sampler = sampler;
        Noise = noise;
        ExpectedPerSample = expected;
    }

    public RunRequest Request { get; }

    /// <summary>The class of engine that the samples come from: the same bits are promised within one.</summary>
    public string EngineClass { get; }

    /// <summary>The clips that are used; the input comes first.</summary>
    public IReadOnlyList<ReadInput> Inputs { get; }

    public Sampler Sampler { get; }

    /// <summary>What was said about the inputs, and about what is done to them.</summary>
    public IReadOnlyList<string> Notices => [.. Inputs.SelectMany(i => i.Notices), .. Sampler.Notices];

    /// <summary>The pace of inputs and samples.</summary>
    public FrameRate FrameRate => Inputs[0].Clip.FrameRate;

    public PyramidPlan Plan => Sampler.Plan;

    /// <summary>The noise's standard deviation.</summary>
    public double Noise { get; }

    /// <summary>How long takes what is done once before the first sample, an estimate.</summary>
    public TimeSpan ExpectedPreparation { get; }

    /// <summary>How long one sample takes, an estimate.</summary>
    public TimeSpan ExpectedPerSample { get; }

    /// <exception cref="VgpnnException">The input cannot be used, no plan can be, or it takes more memory than allowed.</exception>
    public static async Task<PreparedRun> PrepareAsync(RunRequest request, IRunReporter reporter, CancellationToken cancellation)
    {
        // Pipes, signals and timers must not wait until one of the computing threads is free.
        ThreadPool.SetMinThreads(request.Machine.Threads + SpareThreads, SpareThreads);
        GpuDevice? device = OpenDevices.Of(request.Machine, request.Options);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        // While the decoder is waited for.
        Task<CostModel> measuring = Task.Run(
            () => CostModel.Measure(request.Options.Engine, request.Machine.Threads, request.Flow?.Flow, device, stop.Token), CancellationToken.None);
        try
        {
            return await PrepareAsync(request, device, measuring, reporter, cancellation);
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)measuring).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<PreparedRun> PrepareAsync(
        RunRequest request, GpuDevice? device, Task<CostModel> measuring, IRunReporter reporter, CancellationToken cancellation)
    {
        var inputs = new List<ReadInput>();
        try
        {
            foreach (InputPath input in request.Input.Inputs) inputs.Add(await ReadInput.ReadAsync(input, request.Input, reporter, cancellation));
        }
        catch (VgpnnException e) when (e.Hint is { } hint && hint.Contains(InputSettings.Range, StringComparison.Ordinal))
        {
            string range = InputSettings.RangeName(request.Options.Application);
            throw new VgpnnException(e.Kind, e.Code, e.Message, hint.Replace(InputSettings.Range, range, StringComparison.Ordinal), e);
        }

        Sampler sampler = Sampler.Create([.. inputs.Select(i => new SamplerInput(i.Role, i.Clip))], request.Options, request.Flow?.Flow, device);
        MemoryLimit.ThrowIfExceeded(sampler.Plan, inputs, request);
        var workers = new Workers(request.Machine.Threads, cancellation);
        double noise = sampler.ResolveNoise(workers);
        CostModel costs = await measuring;
        string engineClass = device?.EngineClass ?? BackendName.Cpu;
        return new PreparedRun(request, inputs, sampler, engineClass, noise, costs.Expected(sampler.Plan), costs.ExpectedPreparation(sampler.Plan));
    }

    /// <summary>What the program tells before it begins.</summary>
    /// <param name="directory">Where results go; null: nowhere, and no seed matters.</param>
    public PlanEvent ToEvent(string? directory) => new()
    {
        Application = Request.Options.Application,
        Input = ManifestMaker.NameOf(Request.Input.Path),
        InputSize = ManifestMaker.Size(Inputs[0].Clip.Extent),
        OutputSize = ManifestMaker.Size(Plan.Output),
        FrameRate = FrameRate.ToString(),
        Samples = Request.Indices.Count,
        Seed = directory is null ? null : Request.Seed,
        Settings = ManifestMaker.Settings(this, saveLevels: false, directory ?? "."),
        Levels = ManifestMaker.Levels(Plan),
        PatchEvaluations = Plan.PatchEvaluations,
        VotedVoxels = Plan.VotedVoxels,
        PeakBytes = Plan.PeakBytes,
        ExpectedSeconds = (ExpectedPreparation + (ExpectedPerSample * Request.Indices.Count)).TotalSeconds,
        Directory = directory,
        Notices = Notices,
    };
}
