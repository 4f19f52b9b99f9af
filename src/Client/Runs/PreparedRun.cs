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
/// A request with clips read, pyramid planned and noise measured. Nothing has been written yet.
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

    /// <summary>The backend of the samples; one backend always gives the same frames.</summary>
    public string EngineClass { get; }

    /// <summary>The clips in use; the input is the first one.</summary>
    public IReadOnlyList<ReadInput> Inputs { get; }

    public Sampler Sampler { get; }

    /// <summary>Notices about the inputs and how they are changed.</summary>
    public IReadOnlyList<string> Notices => [.. Inputs.SelectMany(i => i.Notices), .. Sampler.Notices];

    /// <summary>The frame rate of inputs and samples.</summary>
    public FrameRate FrameRate => Inputs[0].Clip.FrameRate;

    public PyramidPlan Plan => Sampler.Plan;

    /// <summary>Standard deviation of the noise.</summary>
    public double Noise { get; }

    /// <summary>Estimated set-up time.</summary>
    public TimeSpan ExpectedPreparation { get; }

    /// <summary>Estimated time per sample.</summary>
    public TimeSpan ExpectedPerSample { get; }

    /// <exception cref="VgpnnException">An input cannot be used, no plan exists, or the run needs more memory than allowed.</exception>
    public static async Task<PreparedRun> PrepareAsync(RunRequest request, IRunReporter reporter, CancellationToken cancellation)
    {
        // Pipes, signals and timers need threads while all cores compute.
        ThreadPool.SetMinThreads(request.Machine.Threads + SpareThreads, SpareThreads);
        GpuDevice? device = OpenDevices.Of(request.Machine, request.Options);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        // Runs while the decoder starts.
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

    /// <summary>The event that announces the run.</summary>
    /// <param name="directory">The output directory; <c>null</c> if nothing is written, in which case the seed is omitted.</param>
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
