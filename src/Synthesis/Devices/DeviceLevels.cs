using Vgpnn.Kernels;
using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Synthesis;

/// <summary>
/// The levels x_n of the input on a device: uploaded once in full size, resized there, and kept for the next sample, coarse ones first, as
/// long as they take no more than a part of its memory. Full size is always kept: all others are made from it.
/// </summary>
internal sealed class DeviceLevels : IDisposable
{
    private readonly InputPyramid<byte> _pyramid;
    private readonly PyramidPlan _plan;
    private readonly DeviceVolume?[] _kept;
    private readonly DeviceWeights?[] _weights;
    private readonly int _finestKept;

    public DeviceLevels(OpenClEngine engine, InputPyramid<byte> pyramid, PyramidPlan plan, MethodOptions options)
    {
        Engine = engine;
        _pyramid = pyramid;
        _plan = plan;
        _kept = new DeviceVolume?[plan.Levels.Count];
        _weights = new DeviceWeights?[plan.Levels.Count];
        _finestKept = DeviceCost.FinestKeptLevel(plan.Levels, engine.Queue.MaxBytes);
        BatchSize = DeviceCost.LargestBatch(plan, options, engine.Queue);
    }

    public OpenClEngine Engine { get; }

    /// <summary>Samples that may be made together, at least 1.</summary>
    public int BatchSize { get; }

    /// <summary>x_n, to be given back by <see cref="Return"/>.</summary>
    public DeviceVolume Level(int n)
    {
        if (_kept[n] is { } kept) return kept;
        DeviceVolume level = n == 0 ? FullSize() : Resized(n);
        if (n == 0 || n >= _finestKept) _kept[n] = level;
        return level;
    }

    /// <summary>Gives back what <see cref="Level"/> gave.</summary>
    public void Return(int n, DeviceVolume level)
    {
        if (_kept[n] != level) level.Dispose();
    }

    /// <summary>x_{n+1} enlarged to level n; the caller's.</summary>
    public DeviceVolume Blurred(int n)
    {
        DeviceVolume coarser = Level(n + 1), blurred = Engine.Allocate(_plan.Levels[n].Input);
        int from = 0, to = 0;
        foreach (Volume<byte> clip in _pyramid.Clips)
        {
            Extent size = _pyramid.Size(clip, n + 1), larger = _pyramid.Size(clip, n);
            Engine.ResizeFrames(coarser, from, size, blurred, to, larger, _plan.Levels[n].Scale / _plan.Levels[n + 1].Scale);
            (from, to) = (from + size.T, to + larger.T);
        }

        Return(n + 1, coarser);
        return blurred;
    }

    /// <summary>Weights by which patches are no candidates; null: all are.</summary>
    public DeviceWeights? KeyWeights(LevelPlan level)
    {
        if (_weights[level.Index] is { } there) return there;
        return _pyramid.KeyWeights(level) is { } weights
            ? _weights[level.Index] = Engine.Weights(weights, level.Input, level.Patch)
            : null;
    }

    public void Dispose()
    {
        for (int n = 0; n < _kept.Length; n++)
        {
            _kept[n]?.Dispose();
            _weights[n]?.Dispose();
            (_kept[n], _weights[n]) = (null, null);
        }
    }

    private DeviceVolume FullSize()
    {
        DeviceVolume full = Engine.Allocate(_plan.Levels[0].Input);
        int frame = 0;
        foreach (Volume<byte> clip in _pyramid.Clips)
        {
            Engine.UploadFrames(clip, full, frame);
            frame += clip.Extent.T;
        }

        return full;
    }

    private DeviceVolume Resized(int n)
    {
        DeviceVolume full = Level(0), level = Engine.Allocate(_plan.Levels[n].Input);
        int from = 0, to = 0;
        foreach (Volume<byte> clip in _pyramid.Clips)
        {
            Extent size = _pyramid.Size(clip, n);
            Engine.ResizeFrames(full, from, clip.Extent, level, to, size, _plan.Levels[n].Scale);
            (from, to) = (from + clip.Extent.T, to + size.T);
        }

        return level;
    }
}
