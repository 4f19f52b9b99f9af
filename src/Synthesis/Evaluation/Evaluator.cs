using Vgpnn.Kernels;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// Scores samples against their input. Everything is computed from decoded 8-bit RGB, and depends on the frames alone:
/// not on threads, time or earlier calls. Samples may be shorter, longer or of another size than the input.
/// </summary>
public sealed class Evaluator
{
    private readonly EvaluatedVideo _input;
    private readonly Motion _inputMotion;
    private readonly Workers _workers;
    private readonly Svfid? _svfid;
    private readonly FrechetPatchDistance _patches;
    private readonly List<Volume<float>> _samples = [];

    /// <param name="input">What the samples were made of, at least 3 frames of 7×7 pixels.</param>
    /// <param name="workers">Threads, and cancellation.</param>
    /// <param name="svfid">Learned features to compare as well; null: none.</param>
    /// <exception cref="VgpnnException">Kind Input: the clip is too small.</exception>
    public Evaluator(Clip input, Workers workers, Svfid? svfid = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(workers);
        _input = EvaluatedVideo.Of(input, "the input");
        _inputMotion = Motion.Of(_input.Grey, workers);
        (_workers, _svfid) = (workers, svfid);
        _patches = new FrechetPatchDistance(_input.Rgb, workers);
    }

    /// <summary>Scores one sample, and keeps its brightness for <see cref="Diversity"/>.</summary>
    /// <exception cref="VgpnnException">
    /// Kind Input: the clip is too small, fewer than 3 frames of 7×7 pixels. Kind Usage: it does not suit the layer of SVFID.
    /// </exception>
    public SampleScores Add(Clip sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        EvaluatedVideo video = EvaluatedVideo.Of(sample, "the sample");
        PatchScores patches = PatchScores.Measure(_input, video, _workers);
        Motion motion = Motion.Of(video.Grey, _workers);
        double disorder = FieldDisorder.Measure(_input.Rgb, video.Rgb, _workers);
        double? copied = CopiedFrames.Share(_input.Rgb, video.Rgb, _workers);
        _samples.Add(video.Grey);
        return new SampleScores(
            patches.Coherence,
            patches.Completeness,
            patches.Sharpness,
            motion.FrameDifferenceOver(_inputMotion),
            motion.FlickerOver(_inputMotion),
            disorder,
            copied,
            _patches.Measure(video.Rgb, _workers),
            _svfid?.Measure(_input.Rgb, video.Rgb, _workers));
    }

    /// <summary>
    /// How much the samples added so far differ from each other (<see cref="DiversityIndex"/>), 0 or more; null for fewer than
    /// two, or unless all have the input's size.
    /// </summary>
    public double? Diversity() => DiversityIndex.Measure(_input.Grey, _samples);
}
