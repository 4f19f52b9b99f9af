using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Backends.Cpu;
using Vgpnn.Synthesis.Masks;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Levels;

/// <summary>
/// The levels x_n of the input, each resized from full size. Coarse levels are kept for the next sample; fine ones are computed again if keeping them would
/// take too much memory. Several clips are resized one by one, and joined in time.
/// </summary>
internal sealed class InputPyramid<T>
    where T : unmanaged
{
    private readonly IReadOnlyList<Volume<T>> _clips;
    private readonly IReadOnlyList<LevelPlan> _levels;
    private readonly BorderRule _border;
    private readonly Mask? _excluded;
    private readonly int _finestKept;
    private readonly Volume<T>?[] _kept;

    /// <param name="full">x₀.</param>
    /// <param name="levels">Finest first.</param>
    /// <param name="border">Mirror, except in comparisons with the official program.</param>
    public InputPyramid(Volume<T> full, IReadOnlyList<LevelPlan> levels, BorderRule border = BorderRule.Mirror)
        : this([full], levels, border)
    {
    }

    /// <param name="clips">x₀ of each clip, all with one frame size.</param>
    /// <param name="levels">Finest first.</param>
    /// <param name="border">Mirror, except in comparisons with the official program.</param>
    /// <param name="excluded">Patches that touch it are no candidates; <c>null</c> if all are candidates.</param>
    public InputPyramid(
        IReadOnlyList<Volume<T>> clips, IReadOnlyList<LevelPlan> levels, BorderRule border = BorderRule.Mirror, Mask? excluded = null)
    {
        _clips = clips;
        _levels = levels;
        _border = border;
        _excluded = excluded;
        _finestKept = CpuBuffers.FinestKeptLevel<T>(levels);
        _kept = new Volume<T>?[levels.Count];
    }

    /// <summary>x₀ of each clip, all with one frame size.</summary>
    public IReadOnlyList<Volume<T>> Clips => _clips;

    /// <summary>Keeps levels instead of this object; <c>null</c> to keep them here.</summary>
    public ILevelStore? Store { get; set; }

    /// <summary>x_n; callers must not change it.</summary>
    public Volume<T> Level(int n, Workers workers)
    {
        if (n == 0) return Joined(_clips);
        if (_kept[n] is { } kept) return kept;
        ILevelStore? store = n >= _finestKept ? Store : null;
        if (store?.Find(n) is Volume<T> shared) return shared;
        Scale scale = _levels[n].Scale;
        Volume<T> level = Joined([.. _clips.Select(c => Resampler.Resize(c, Size(c, n), scale, workers, _border))]);
        if (store is not null) store.Keep(n, level);
        else if (n >= _finestKept) _kept[n] = level;
        return level;
    }

    /// <summary>x_{n+1} enlarged to level n, which is as blurred as an enlarged output.</summary>
    public Volume<T> Blurred(int n, Workers workers)
    {
        Scale up = _levels[n].Scale / _levels[n + 1].Scale;
        Volume<T> coarser = Level(n + 1, workers);
        int first = 0;
        return Joined([.. _clips.Select(c =>
        {
            Volume<T> part = Frames(coarser, first, Size(c, n + 1).T);
            first += part.Extent.T;
            return Resampler.Resize(part, Size(c, n), up, workers, _border);
        })]);
    }

    /// <summary>A clip resized to another size and level in one step: the coarsest query before its noise.</summary>
    public Volume<T> Resized(Extent size, Scale scale, Workers workers, int clip = 0) =>
        Resampler.Resize(_clips[clip], size, scale, workers, _border);

    /// <summary>Weights that exclude patches across a joint, or touching the mask; <c>null</c> if all are candidates.</summary>
    public float[]? KeyWeights(LevelPlan level)
    {
        if (_excluded is null && _clips.Count == 1) return null;
        Extent grid = level.KeyGrid;
        var weights = new float[grid.Count];
        Array.Fill(weights, 1);
        bool[]? touched = _excluded?.AtLevel(level.Input, level.Scale).Touched(level.Patch);
        for (int i = 0; touched is not null && i < weights.Length; i++)
            if (touched[i]) weights[i] = float.PositiveInfinity;
        int frame = grid.H * grid.W, joint = 0;
        foreach (Volume<T> clip in _clips.SkipLast(1))
        {
            joint += Size(clip, level.Index).T;
            for (int t = Math.Max(0, joint - level.Patch.T + 1); t < Math.Min(joint, grid.T); t++)
                weights.AsSpan(t * frame, frame).Fill(float.PositiveInfinity);
        }

        return weights;
    }

    /// <summary>The size of a clip at a level.</summary>
    public Extent Size(Volume<T> clip, int n) => n == 0 ? clip.Extent : PyramidPlanner.Scaled(clip.Extent, _levels[n].Scale);

    private static Volume<T> Joined(IReadOnlyList<Volume<T>> parts)
    {
        if (parts.Count == 1) return parts[0];
        var joined = new Volume<T>(parts[0].Extent with { T = parts.Sum(p => p.Extent.T) }, parts[0].Channels);
        int at = 0;
        foreach (Volume<T> part in parts)
        {
            part.Samples.CopyTo(joined.Samples[at..]);
            at += part.Count;
        }

        return joined;
    }

    private static Volume<T> Frames(Volume<T> volume, int first, int count)
    {
        if (count == volume.Extent.T) return volume;
        var frames = new Volume<T>(volume.Extent with { T = count }, volume.Channels);
        volume.Samples.Slice(first * volume.FrameStride, frames.Count).CopyTo(frames.Samples);
        return frames;
    }
}
