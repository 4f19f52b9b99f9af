using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Backends.Cpu;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Applications;

/// <summary>
/// Makes samples of its inputs, for any application. A sample depends only on the inputs, the options, the seed and its index: not on threads, other samples
/// or interruptions.
/// </summary>
public abstract class Sampler
{
    private readonly Lock _gpuGate = new();
    private GpuDevice? _device;
    private GpuBackend? _gpu;

    private protected Sampler(MethodOptions options, PyramidPlan plan, FrameRate frameRate)
    {
        Options = options;
        Plan = plan;
        FrameRate = frameRate;
    }

    /// <summary>The options, as they were given.</summary>
    public MethodOptions Options { get; }

    /// <summary>Levels, memory and work.</summary>
    public PyramidPlan Plan { get; }

    /// <summary>Frame rate of the samples.</summary>
    public FrameRate FrameRate { get; }

    /// <summary>Sentences for the user about changes to the inputs, such as resizing.</summary>
    public virtual IReadOnlyList<string> Notices => [];

    /// <summary>Creates the sampler of <see cref="MethodOptions.Application"/>.</summary>
    /// <param name="inputs">
    /// Clips in the role <see cref="InputRole.Input"/>, one or more for generation, otherwise one; for inpainting also a
    /// <see cref="InputRole.Mask"/>, and optionally a <see cref="InputRole.Source"/>. For analogies <see cref="InputRole.Content"/>
    /// and <see cref="InputRole.Style"/>, for sketches <see cref="InputRole.Sketch"/> and <see cref="InputRole.Style"/>.
    /// </param>
    /// <param name="options">The application and the options of the method.</param>
    /// <param name="flow">Estimates motion; <c>null</c> for the flow that needs no weights.</param>
    /// <param name="device">The device to compute on; <c>null</c> for the CPU.</param>
    /// <exception cref="VgpnnException">The inputs do not fit the options, or the device does not support them.</exception>
    public static Sampler Create(
        IReadOnlyList<SamplerInput> inputs, MethodOptions options, IOpticalFlow? flow = null, GpuDevice? device = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        if (device is not null) DeviceSupport.ThrowIfUnfit(options, device);
        Sampler sampler = options.Application switch
        {
            Application.Generation => new Generator([.. inputs.Where(i => i.Role == InputRole.Input).Select(i => i.Clip)], options),
            Application.Retargeting => new Retargeter(Only(InputRole.Input), options),
            Application.Inpainting => new Inpainter(
                Only(InputRole.Input), Only(InputRole.Mask), inputs.SingleOrDefault(i => i.Role == InputRole.Source)?.Clip, options),
            Application.Analogy => new AnalogyMaker(Only(InputRole.Content), Only(InputRole.Style), options, flow),
            Application.Sketch => new AnalogyMaker(Only(InputRole.Sketch), Only(InputRole.Style), options, flow),
            _ => throw new ArgumentOutOfRangeException(nameof(options)),
        };
        sampler._device = device;
        return sampler;

        Clip Only(InputRole role) => inputs.Single(i => i.Role == role).Clip;
    }

    /// <summary>The noise's standard deviation; with <c>auto</c> it is computed at the first call.</summary>
    public virtual double ResolveNoise(Workers workers) => Options.Noise ?? 0;

    /// <summary>Does the work that all samples share, so that it can be shown and timed; otherwise the first sample does it.</summary>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="progress">Callback invoked on the calling thread with the completed fraction, 0 to 1; not invoked if there is no such work; <c>null</c> for none.</param>
    /// <exception cref="VgpnnException">The inputs do not contain what the application needs.</exception>
    public virtual void Prepare(Workers workers, Action<double>? progress = null)
    {
    }

    /// <summary>Keeps levels of the input in a store, where they can be shared and released one by one, instead of in this object.</summary>
    public void KeepLevelsIn(ILevelStore store) => Source.Store = store;

    /// <summary>The levels that patches are taken from.</summary>
    private protected abstract SourcePyramid Source { get; }

    /// <summary>Maximum number of samples in a call of <see cref="Samples"/>: 1 on the CPU, up to 16 on a device, depending on its memory.</summary>
    /// <exception cref="VgpnnException">Kind Device: one sample does not fit.</exception>
    public int BatchSize => _device is null ? 1 : OnDevice(new Workers(1)).BatchSize;

    /// <summary>
    /// Frees the inputs' buffers on a device. A sample that is being made keeps them until it is finished; a later sample uploads them again.
    /// </summary>
    public void ReleaseDevice() => _gpu?.Release();

    /// <summary>Makes several samples together, each with the same frames as if it were made alone.</summary>
    /// <param name="seed">The seed of the whole set.</param>
    /// <param name="indices">Numbers of the samples in the set; at most <see cref="BatchSize"/>.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="observe">Callback invoked on the calling thread with every event and the sample's position in <paramref name="indices"/>; <c>null</c> for none.</param>
    public IReadOnlyList<Clip> Samples(ulong seed, IReadOnlyList<int> indices, Workers workers, Action<int, SynthesisEvent>? observe = null)
    {
        ArgumentNullException.ThrowIfNull(indices);
        if (_device is null || indices.Count == 1)
            return [.. indices.Select((index, i) => Sample(seed, index, workers, observe is null ? null : what => observe(i, what)))];
        return Make([.. indices.Select((index, i) =>
            new SampleRun(Hash.Derive(seed, (ulong)index), index, workers, observe is null ? null : what => observe(i, what), null))]);
    }

    /// <summary>Makes a sample; its frames do not depend on the number of threads.</summary>
    /// <param name="seed">The seed of the whole set.</param>
    /// <param name="index">Number of the sample in the set, from 0.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="observe">Callback invoked on the calling thread with every event; <c>null</c> for none.</param>
    /// <param name="resumeFrom">State of the same sample to resume from; <c>null</c> to begin at the coarsest level.</param>
    /// <exception cref="ArgumentException">The checkpoint belongs to another plan.</exception>
    public Clip Sample(ulong seed, int index, Workers workers, Action<SynthesisEvent>? observe = null, Checkpoint? resumeFrom = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentNullException.ThrowIfNull(workers);
        if (resumeFrom is not null && !Takes(resumeFrom)) throw new ArgumentException("the checkpoint belongs to another plan", nameof(resumeFrom));
        return Make([new SampleRun(Hash.Derive(seed, (ulong)index), index, workers, observe, resumeFrom)])[0];
    }

    /// <summary>Whether a checkpoint has the sizes of this plan.</summary>
    public bool Takes(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.Level >= Plan.Levels.Count) return false;
        LevelPlan level = Plan.Levels[checkpoint.Level];
        if (checkpoint.Output.Channels != 3 || checkpoint.Output is Volume<float> != (Options.Engine == Engine.Float)) return false;
        if (checkpoint.Output.Extent != level.Output) return false;
        if (_device is not null && checkpoint.Part is not null) return false;
        if (checkpoint.Part is { } part)
            return !Options.FollowsStructure && level != Plan.Coarsest && part.Iteration < level.Iterations && checkpoint.Fields.Fit(level, Options);
        return level.Index == 0 || !Plan.Levels[level.Index - 1].StartsFromCoarser || checkpoint.Fields.Fit(level, Options);
    }

    /// <summary>The output if nothing has to be computed; <c>null</c> otherwise.</summary>
    private protected virtual Clip? Unchanged => null;

    /// <summary>The inputs of all samples, for the backend.</summary>
    private protected abstract RunInputs Inputs(Workers workers);

    /// <summary>The queries that samples start from.</summary>
    private protected abstract CoarsestQueries Queries(Workers workers);

    private IReadOnlyList<Clip> Make(IReadOnlyList<SampleRun> runs)
    {
        if (Unchanged is { } unchanged) return [.. runs.Select(_ => unchanged)];
        Workers workers = runs[0].Workers;
        ILevelBackend backend = _device is null ? CpuBackend.Create(Inputs(workers)) : OnDevice(workers);
        return [.. new LevelRunner(Plan, backend).Run(runs, Queries(workers)).Select(v => Clip.FromVolume(v, FrameRate))];
    }

    // One for all samples: they share the levels of the inputs on the device.
    private GpuBackend OnDevice(Workers workers)
    {
        lock (_gpuGate) return _gpu ??= new GpuBackend(_device!, Inputs(workers));
    }
}
