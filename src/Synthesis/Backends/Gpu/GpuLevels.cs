using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>
/// The levels of a plan's input on a device, as <see cref="InputPyramid{T}"/> in host memory: uploaded once in full size, resized there, and shared by all
/// samples of the plan. A level stays on the device while a batch uses it, and afterwards as long as <see cref="GpuMemory"/> has room. Call members
/// within work items only.
/// </summary>
internal sealed class GpuLevels(GpuMemory memory, InputPyramid<byte> pyramid, PyramidPlan plan)
{
    private readonly GpuLevel?[] _levels = new GpuLevel?[plan.Levels.Count];

    /// <summary>x_n; to be returned by <see cref="Return"/>.</summary>
    public GpuLevel Take(GpuEngine engine, int n)
    {
        if (_levels[n] is { } kept)
        {
            memory.Take(kept);
            kept.Users++;
            return kept;
        }

        var level = new GpuLevel(n == 0 ? FullSize(engine) : ResizedFrom(engine, 0, n), level => Forget(n, level)) { Users = 1 };
        return _levels[n] = level;
    }

    /// <summary>Weights that exclude patches of a level from the candidates; <c>null</c> if all are candidates.</summary>
    public DeviceWeights? KeyWeights(GpuEngine engine, GpuLevel taken, LevelPlan level)
    {
        if (!taken.HasWeights) taken.SetWeights(pyramid.KeyWeights(level) is { } weights ? engine.Weights(weights, level.Input, level.Patch) : null, level);
        return taken.Weights;
    }

    /// <summary>The index over the keys of a level's first search.</summary>
    /// <param name="engine">The device's engine.</param>
    /// <param name="taken">The level, which keeps the index.</param>
    /// <param name="level">Its plan.</param>
    /// <param name="keys">K of the first search, the same for every sample.</param>
    /// <param name="cancellation">Ends it.</param>
    public static DeviceIndex Index(GpuEngine engine, GpuLevel taken, LevelPlan level, DeviceVolume keys, CancellationToken cancellation)
    {
        // Uses the level's own weights: those of completeness change with each search and exclude nothing.
        if (taken.Index is null) taken.SetIndex(engine.Index(keys, level.Patch, taken.Weights, cancellation), level);
        return taken.Index!;
    }

    /// <summary>Returns a level, which is kept for later batches.</summary>
    public void Return(GpuLevel level)
    {
        if (--level.Users > 0) return;
        if (_levels.Contains(level)) memory.Keep(level);
        else level.Free();
    }

    /// <summary>x_{n+1} enlarged to level n; the caller disposes of it.</summary>
    public DeviceVolume Blurred(GpuEngine engine, int n) => ResizedFrom(engine, n + 1, n);

    /// <summary>Frees all levels; those that a batch uses, when it returns them.</summary>
    public void Release()
    {
        for (int n = 0; n < _levels.Length; n++)
        {
            if (_levels[n] is not { } level) continue;
            _levels[n] = null;
            if (level.Users > 0) continue;
            memory.Take(level);
            level.Free();
        }
    }

    private void Forget(int n, GpuLevel level)
    {
        if (_levels[n] == level) _levels[n] = null;
    }

    private DeviceVolume FullSize(GpuEngine engine)
    {
        DeviceVolume full = engine.Allocate(plan.Levels[0].Input);
        int frame = 0;
        foreach (Volume<byte> clip in pyramid.Clips)
        {
            engine.UploadFrames(clip, full, frame);
            frame += clip.Extent.T;
        }

        return full;
    }

    // Each clip by itself, as on the CPU.
    private DeviceVolume ResizedFrom(GpuEngine engine, int source, int target)
    {
        GpuLevel from = Take(engine, source);
        try
        {
            DeviceVolume resized = engine.Allocate(plan.Levels[target].Input);
            Scale scale = source == 0 ? plan.Levels[target].Scale : plan.Levels[target].Scale / plan.Levels[source].Scale;
            (int read, int written) = (0, 0);
            foreach (Volume<byte> clip in pyramid.Clips)
            {
                Extent size = pyramid.Size(clip, source), wanted = pyramid.Size(clip, target);
                engine.ResizeFrames(from.Values, read, size, resized, written, wanted, scale);
                (read, written) = (read + size.T, written + wanted.T);
            }

            return resized;
        }
        finally
        {
            Return(from);
        }
    }
}

/// <summary>A level of an input on a device: everything that its searches and votes read and that all samples share.</summary>
/// <param name="values">V, and K from the second iteration on.</param>
/// <param name="freed">Callback invoked when the level is freed.</param>
internal sealed class GpuLevel(DeviceVolume values, Action<GpuLevel> freed) : IdleBuffers
{
    private long _bytes = GpuBuffers.Voxels(values.Extent);

    /// <summary>V, and K from the second iteration on.</summary>
    public DeviceVolume Values => values;

    /// <summary>Weights that exclude patches from the candidates; <c>null</c> if all are candidates.</summary>
    public DeviceWeights? Weights { get; private set; }

    /// <summary>Whether <see cref="Weights"/> are computed.</summary>
    public bool HasWeights { get; private set; }

    /// <summary>Index that gives queries of the first search probable matches; <c>null</c> until it is built.</summary>
    public DeviceIndex? Index { get; private set; }

    /// <summary>Number of batches that use the level.</summary>
    public int Users { get; set; }

    public override long Bytes => _bytes;

    public void SetWeights(DeviceWeights? weights, LevelPlan level)
    {
        (Weights, HasWeights) = (weights, true);
        if (weights is not null) _bytes += GpuBuffers.WeightBytes(level);
    }

    public void SetIndex(DeviceIndex index, LevelPlan level)
    {
        Index = index;
        _bytes += DeviceIndex.Bytes(level.KeyGrid);
    }

    public override void Free()
    {
        freed(this);
        Index?.Dispose();
        Values.Dispose();
        Weights?.Dispose();
    }
}
