using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// Scores samples of any application against their inputs. All scores are computed from decoded 8-bit RGB, and depend only on the frames: not on threads,
/// time or earlier calls. Samples may differ from their source in size and length, except those with a mask, a content or a sketch.
/// </summary>
public sealed class Evaluator
{
    private readonly EvaluatedInputs _inputs;
    private readonly MethodOptions _options;
    private readonly Workers _workers;
    private readonly Svfid? _svfid;
    private readonly Lazy<FrechetPatchDistance> _patches;
    private readonly StructureScore? _structure;
    private readonly List<Volume<float>> _samples = [];

    /// <param name="input">The input of the samples, at least 3 frames of 7×7 pixels.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="svfid">Learned features to compare as well; <c>null</c> for none.</param>
    /// <exception cref="VgpnnException">Kind Input: the clip is too small.</exception>
    public Evaluator(Clip input, Workers workers, Svfid? svfid = null)
        : this([new SamplerInput(InputRole.Input, input)], new MethodOptions(), workers, svfid)
    {
    }

    /// <param name="inputs">The inputs of the samples, as for <see cref="Sampler.Create"/>; sources have at least 3 frames of 7×7 pixels.</param>
    /// <param name="options">Options of the run; only the application and how it reads its mask or sketch are used.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="svfid">Learned features to compare as well; <c>null</c> for none.</param>
    /// <exception cref="VgpnnException">Kind Input: a clip is too small, or a mask has another size.</exception>
    public Evaluator(IReadOnlyList<SamplerInput> inputs, MethodOptions options, Workers workers, Svfid? svfid = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(workers);
        _inputs = new EvaluatedInputs(inputs, options, workers);
        (_options, _workers, _svfid) = (options, workers, svfid);
        _patches = new(() => new FrechetPatchDistance(_inputs.Source.Rgb, workers));
        if (options.FollowsStructure) _structure = new StructureScore(_inputs.WorkedOn, options, workers);
    }

    /// <summary>Scores one sample, and keeps its brightness for <see cref="Diversity"/>.</summary>
    /// <exception cref="VgpnnException">
    /// Kind Input: the clip has fewer than 3 frames or 7×7 pixels, or the wrong size. Kind Usage: it is too small for the layer of SVFID.
    /// </exception>
    public SampleScores Add(Clip sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        EvaluatedVideo video = EvaluatedVideo.Of(sample, "the sample");
        ThrowIfSizeIsAnother(sample);
        PatchScores patches = PatchScores.Measure(_inputs.Source, _inputs.Excluded, video, _inputs.Judged, _workers);
        Motion motion = _inputs.MotionOf(video, _workers);
        _samples.Add(video.Grey);
        var scores = new SampleScores(
            patches.Coherence,
            patches.Completeness,
            patches.Sharpness,
            motion.FrameDifferenceOver(_inputs.Motion),
            motion.FlickerOver(_inputs.Motion),
            NnfDiversity: null,
            CopiedFrames: null,
            FrechetPatchDistance: null,
            Svfid: null,
            _structure?.Measure(sample, _workers),
            _inputs.Outside(video),
            _options.Loop ? LoopSeam.Measure(video.Grey) : null);

        // Outside a mask the sample equals the input, which would dominate metrics of whole frames.
        if (_inputs.Judged is not null) return scores;
        Volume<byte> source = _inputs.Source.Rgb;
        return scores with
        {
            NnfDiversity = FieldDisorder.Measure(source, video.Rgb, _workers),
            CopiedFrames = CopiedFrames.Share(source, video.Rgb, _workers),
            FrechetPatchDistance = _patches.Value.Measure(video.Rgb, _workers),
            Svfid = _svfid?.Measure(source, video.Rgb, _workers),
        };
    }

    /// <summary>
    /// How much the samples added so far differ from each other (<see cref="DiversityIndex"/>), 0 or more; <c>null</c> for fewer than two samples, or samples of
    /// different sizes.
    /// </summary>
    public double? Diversity() => DiversityIndex.Measure(_inputs.Source.Grey, _samples);

    private void ThrowIfSizeIsAnother(Clip sample)
    {
        Clip like = _inputs.WorkedOn;
        if ((_structure is null && _inputs.Judged is null) || sample.Extent == like.Extent) return;
        throw new VgpnnException(
            ErrorKind.Input, "sample-size",
            $"the sample is {sample.Extent} (frames × rows × columns), but it must have the size of its input, {like.Extent}",
            "samples with a mask, a content or a sketch have its size and length");
    }
}
