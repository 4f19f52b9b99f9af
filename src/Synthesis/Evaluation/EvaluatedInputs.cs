using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Masks;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>The inputs of a run, prepared for comparison with its samples.</summary>
internal sealed class EvaluatedInputs
{
    private readonly bool[]? _inside;

    /// <exception cref="VgpnnException">Kind Input: a clip is too small, or a mask has another size.</exception>
    public EvaluatedInputs(IReadOnlyList<SamplerInput> inputs, MethodOptions options, Workers workers)
    {
        WorkedOn = inputs.First(i => i.Role.IsWorkedOn()).Clip;
        Clip[] sources = [.. inputs.Where(i => i.Role.IsSource()).Select(i => i.Clip)];
        bool own = sources.Length == 0;
        if (own) sources = [.. inputs.Where(i => i.Role == InputRole.Input).Select(i => i.Clip)];
        Extent size = options.FollowsStructure ? AnalogyMaker.StyleSize(sources[0].Extent, WorkedOn.Extent) : sources[0].Extent;
        sources = [.. sources.Select(s => (s.Height, s.Width) == (size.H, size.W) ? s : ClipFitting.Cover(s, size.H, size.W, workers))];
        EvaluatedVideo[] videos = [.. sources.Select(s => EvaluatedVideo.Of(s, "the input"))];
        Source = videos.Length == 1
            ? videos[0]
            : new EvaluatedVideo(new Clip([.. sources.SelectMany(s => s.Frames)], size.W, size.H, sources[0].FrameRate).ToBytes());
        if (sources.Length > 1) Excluded = AcrossJoints(sources, Source.Rgb.Extent.PatchGrid(PatchScores.Patch));
        bool[]? counted = null;
        if (inputs.SingleOrDefault(i => i.Role == InputRole.Mask) is { Clip: var clip })
        {
            var mask = Mask.Of(clip, WorkedOn.Extent, options.InvertMask, out _);
            Judged = mask.Touched(PatchScores.Patch);
            _inside = mask.Voxels.ToArray();
            if (own) (Excluded, counted) = (Judged, [.. _inside.Select(inside => !inside)]);
            ThrowIfNothingIsJudged();
        }

        Motion = Motion.Mean(
            [.. videos.Select(v => Motion.Of(v.Grey, counted, workers))], [.. sources.Select(s => s.Frames.Count)]);
    }

    /// <summary>The input whose size the samples have, if they have a fixed size.</summary>
    public Clip WorkedOn { get; }

    /// <summary>The clips that patches came from, one after the other.</summary>
    public EvaluatedVideo Source { get; }

    /// <summary>Patches of the source that could not be used, across a joint or in the mask; <c>null</c> for none.</summary>
    public bool[]? Excluded { get; }

    /// <summary>Patches of a sample that are compared, those that touch the mask; <c>null</c> for all.</summary>
    public bool[]? Judged { get; }

    /// <summary>Motion of the source, outside a mask.</summary>
    public Motion Motion { get; }

    /// <summary>Motion of a sample, inside a mask.</summary>
    public Motion MotionOf(EvaluatedVideo sample, Workers workers) => Motion.Of(sample.Grey, _inside, workers);

    /// <summary>Mean absolute component difference outside the mask; <c>null</c> without a mask, or if it covers everything.</summary>
    public double? Outside(EvaluatedVideo sample)
    {
        if (_inside is null) return null;
        double sum = 0;
        long count = 0;
        for (int t = 0; t < WorkedOn.Frames.Count; t++)
        {
            ReadOnlySpan<byte> before = WorkedOn.Frames[t], after = sample.Rgb.Frame(t);
            ReadOnlySpan<bool> inside = _inside.AsSpan(t * before.Length / 3);
            for (int i = 0; i < before.Length; i++)
            {
                if (inside[i / 3]) continue;
                sum += Math.Abs(before[i] - after[i]);
                count++;
            }
        }

        return count == 0 ? null : sum / count;
    }

    private void ThrowIfNothingIsJudged()
    {
        if (!Judged!.Contains(true))
            throw new VgpnnException(ErrorKind.Input, "mask-empty", "the mask is empty; only pixels inside it would be compared", "leave the mask out to compare whole frames");
        if (Excluded is not null && !Excluded.Contains(false))
            throw new VgpnnException(ErrorKind.Input, "mask-everywhere", "every patch of the video touches the mask; there is nothing to compare its inside with");
    }

    private static bool[] AcrossJoints(Clip[] clips, Extent grid)
    {
        var across = new bool[grid.Count];
        int frame = grid.H * grid.W, joint = 0;
        foreach (Clip clip in clips.SkipLast(1))
        {
            joint += clip.Frames.Count;
            for (int t = joint - PatchScores.Patch.T + 1; t < joint; t++) across.AsSpan(t * frame, frame).Fill(true);
        }

        return across;
    }
}
