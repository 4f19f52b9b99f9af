using System.Security.Cryptography;
using Vgpnn.Kernels;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Synthesis;

namespace Vgpnn.GpuCheck;

/// <summary>
/// The levels of a generation with nothing around them: no starts that are compared, no checkpoints, no reports. What a sample costs a device
/// is nearly all in here.
/// </summary>
internal sealed class Walk : IDisposable
{
    private const long SmallLevel = 1024;

    private readonly Device _device;
    private readonly PyramidPlan _plan;
    private readonly bool _indexed;
    private readonly DeviceVolume[] _levels;
    private readonly DeviceVolume?[] _blurred;
    private readonly DeviceIndex?[] _indices;
    private readonly Volume<byte> _coarsest;

    /// <param name="device">The device.</param>
    /// <param name="clip">The input, T×H×W×3.</param>
    /// <param name="plan">Its levels.</param>
    /// <param name="indexed">Whether searches start from an index; otherwise the longer schedule is used.</param>
    public Walk(Device device, Volume<byte> clip, PyramidPlan plan, bool indexed)
    {
        (_device, _plan, _indexed) = (device, plan, indexed);
        int count = plan.Levels.Count;
        (_levels, _blurred, _indices) = (new DeviceVolume[count], new DeviceVolume?[count], new DeviceIndex?[count]);
        _coarsest = new Volume<byte>(plan.Coarsest.Input, 3);
        device.Invoke(engine =>
        {
            _levels[0] = engine.Upload(clip);
            for (int n = 1; n < count; n++) _levels[n] = engine.Resize(_levels[0], plan.Levels[n].Input, plan.Levels[n].Scale);
            for (int n = 0; n < count - 1; n++)
            {
                DeviceVolume blurred = engine.Resize(_levels[n + 1], plan.Levels[n].Input, plan.Levels[n].Scale / plan.Levels[n + 1].Scale);
                _blurred[n] = blurred;
                if (indexed) _indices[n] = engine.Index(blurred, plan.Levels[n].Patch);
            }

            engine.Download(_levels[^1], [_coarsest]);
        });
    }

    /// <summary>Called with the outputs of every level; <c>null</c> means nobody wants them.</summary>
    public Action<int, GpuEngine, DeviceVolume>? OnLevel { get; init; }

    /// <summary>Makes samples together, from noise or from what a level came to.</summary>
    /// <returns>A hash of each.</returns>
    public string[] Run(ulong[] seeds, (int Level, Volume<byte> Output)? from = null)
    {
        // Work items of a level each, so that others could share the device.
        DeviceVolume output = from is { } known
            ? _device.Invoke(engine => engine.Upload(known.Output))
            : _device.Invoke(engine => Coarsest(engine, seeds));
        for (int n = (from?.Level ?? _plan.Levels.Count - 1) - 1; n >= 0; n--)
        {
            int level = n;
            DeviceVolume coarser = output;
            output = _device.Invoke(engine => Level(engine, level, coarser, seeds));
        }

        return _device.Invoke(engine =>
        {
            Volume<byte>[] made = [.. seeds.Select(_ => new Volume<byte>(output.Extent, 3))];
            engine.Download(output, made);
            output.Dispose();
            return made.Select(v => Convert.ToHexStringLower(SHA256.HashData(v.Samples))).ToArray();
        });
    }

    public void Dispose() => _device.Invoke(_ =>
    {
        foreach (DeviceVolume level in _levels) level.Dispose();
        foreach (DeviceVolume? blurred in _blurred) blurred?.Dispose();
        foreach (DeviceIndex? index in _indices) index?.Dispose();
    });

    private DeviceVolume Coarsest(GpuEngine engine, ulong[] seeds)
    {
        LevelPlan level = _plan.Coarsest;
        Volume<float>[] queries = [.. seeds.Select(seed =>
        {
            Volume<float> query = RgbSamples.ToFloat(_coarsest);
            for (int i = 0; i < query.Count; i++) query.Samples[i] += (((Hash.Derive(seed, (ulong)i) >> 40) / (float)(1 << 24)) - 0.5f) * 10;
            return query;
        })];
        using DeviceVolume query = engine.UploadWide(queries);
        using DeviceField field = engine.Field(level.Output, level.Input, level.Patch, seeds.Length);
        using DeviceSeeds numbers = engine.Seeds(seeds);
        engine.Exhaustive(new DeviceSearch { Query = query, Keys = _levels[^1], Field = field, Seeds = numbers });
        DeviceVolume output = engine.Allocate(level.Output, seeds.Length);
        engine.Vote(_levels[^1], field, VoteRule.Median, output);
        OnLevel?.Invoke(level.Index, engine, output);
        return output;
    }

    private DeviceVolume Level(GpuEngine engine, int n, DeviceVolume coarser, ulong[] seeds)
    {
        LevelPlan level = _plan.Levels[n];
        DeviceVolume output = engine.Resize(coarser, level.Output, level.Scale / _plan.Levels[n + 1].Scale);
        coarser.Dispose();
        using DeviceField field = engine.Field(level.Output, level.Input, level.Patch, seeds.Length);
        using DeviceSeeds numbers = engine.Seeds(seeds);
        for (int j = 0; j < level.Iterations; j++)
        {
            var task = new DeviceSearch
            {
                Query = output,
                Keys = j == 0 ? _blurred[n]! : _levels[n],
                Field = field,
                Seeds = numbers,
                Iteration = j,
                Purpose = Hash.Derive((ulong)n, (ulong)j),
            };
            if (level.KeyGrid.Count <= SmallLevel) engine.Exhaustive(task);
            else if (_indexed) engine.IndexedFlood(task, _indices[n]);
            else engine.JumpFlood(task);
            engine.Vote(_levels[n], field, VoteRule.Median, output);
        }

        OnLevel?.Invoke(n, engine, output);
        return output;
    }
}
