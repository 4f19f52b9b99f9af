using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Masks;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>
/// The output side of a level on a device, as <see cref="Canvas"/> on the CPU: plain, a loop, known outside a mask, or with structure.
/// <see cref="GpuShape"/> holds the buffers that a level needs for it.
/// </summary>
internal sealed class GpuCanvas(RunInputs inputs)
{
    // Frames on either side that an enlarging cubic filter may reach.
    private const int Reach = 3;

    /// <summary>
    /// Scale of structure and positions, 0 to 1, as 16-bit components: the finest at which the distance of two patches of 3×7×7 fits into 32 bits.
    /// </summary>
    private const float StructureScale = 4096;

    private bool Loops => inputs.Options.Loop;

    /// <summary>Uploads what a level needs in addition to the volumes of its samples.</summary>
    /// <param name="engine">The device's engine.</param>
    /// <param name="level">The level.</param>
    /// <param name="workers">Threads that compute the known video's levels.</param>
    public GpuShape Shape(GpuEngine engine, LevelPlan level, Workers workers)
    {
        var shape = new GpuShape();
        if (inputs.Masked is { } region)
        {
            Box box = region.Boxes[level.Index];
            shape.Box = box;
            shape.Mask = engine.Mask(Part(region.Masks[level.Index], box), box.Size);
            shape.Known = engine.Upload(region.Known.Of<byte>().Level(level.Index, workers));
        }

        if (inputs.Structure is { } guide && level.Guide == Guide.StructureAndColour)
        {
            shape.Content = engine.Upload(StructureCanvas.Bytes(guide.Content[level.Index]!, guide.Weight));
            shape.Style = engine.Upload(StructureCanvas.Bytes(guide.Style[level.Index]!, guide.Weight));
        }

        return shape;
    }

    /// <summary>Uploads the coarsest queries.</summary>
    public static DeviceVolume Coarsest(GpuEngine engine, LevelPlan level, IReadOnlyList<Volume<float>> queries) =>
        !GpuBuffers.IsWide(level) ? engine.Upload([.. queries.Select(Bytes)])
        : level.Guide == Guide.Structure ? engine.UploadWide(queries, StructureScale, 0)
        : engine.UploadWide(queries);

    /// <summary>K of the coarsest level if patches are compared by structure only; <c>null</c> otherwise.</summary>
    public DeviceVolume? CoarsestKeys(GpuEngine engine, LevelPlan level)
    {
        if (level.Guide != Guide.Structure) return null;
        Volume<float> keys = StructureCanvas.WithPlaces(inputs.Structure!.Style[level.Index]!);
        return GpuBuffers.IsWide(level) ? engine.UploadWide([keys], StructureScale, 0) : engine.Upload(Bytes(keys));
    }

    /// <summary>The square of a component difference of 1, in the units of the level's distances.</summary>
    public static double PerSquared(LevelPlan level, bool isCoarsestQuery) =>
        isCoarsestQuery && level.Guide == Guide.Structure && GpuBuffers.IsWide(level) ? StructureScale * StructureScale : LevelUnits.PerSquared<byte>();

    /// <summary>Q of a level; may be <paramref name="output"/> itself.</summary>
    public DeviceVolume Query(GpuEngine engine, LevelPlan level, GpuShape shape, DeviceVolume output)
    {
        if (Loops) return engine.Around(output, 0, level.Query.T);
        if (shape.Content is { } content) return engine.Join(output, content);
        return shape.Mask is null || shape.Box.Size == output.Extent ? output : engine.Part(output, Offset(shape.Box), shape.Box.Size);
    }

    /// <summary>K of a level; may be <paramref name="keys"/> itself.</summary>
    public static DeviceVolume Keys(GpuEngine engine, GpuShape shape, DeviceVolume keys) => shape.Style is { } style ? engine.Join(keys, style) : keys;

    /// <summary>Folds matched patches into <paramref name="output"/>.</summary>
    public void Vote(GpuEngine engine, LevelPlan level, GpuShape shape, DeviceVolume values, DeviceField field, DeviceVolume output)
    {
        VoteRule rule = inputs.Options.Vote;
        if (Loops)
        {
            int before = level.Patch.T - 1;
            using DeviceField wrapped = engine.RepeatedBefore(field, before);
            using DeviceVolume voted = engine.Allocate(output.Extent with { T = output.Extent.T + (2 * before) }, output.Samples);
            engine.Vote(values, wrapped, rule, voted);
            engine.CopyFrames(voted, before, output, 0, output.Extent.T);
        }
        else if (shape.Mask is { } mask)
        {
            using DeviceVolume voted = engine.Allocate(shape.Box.Size, output.Samples);
            engine.Vote(values, field, rule, voted, mask);
            engine.Merge(voted, mask, Offset(shape.Box), shape.Known!, output);
        }
        else
        {
            engine.Vote(values, field, rule, output);
        }
    }

    /// <summary>A level's output enlarged to the next finer level.</summary>
    public DeviceVolume Enlarge(GpuEngine engine, DeviceVolume output, LevelPlan from, LevelPlan to)
    {
        Scale scale = to.Scale / from.Scale;
        if (!Loops) return engine.Resize(output, to.Output, scale);
        if (to.Output.T == from.Output.T) return engine.Resize(output, to.Output, scale with { T = 1 });
        using DeviceVolume wrapped = engine.Around(output, -Reach, output.Extent.T + (2 * Reach));
        return engine.Resize(wrapped, to.Output, scale with { T = (double)to.Output.T / from.Output.T });
    }

    private static Extent Offset(Box box) => new(box.T, box.H, box.W);

    private static bool[] Part(Mask mask, Box box)
    {
        var part = new bool[box.Size.Count];
        int at = 0;
        for (int t = 0; t < box.Size.T; t++)
        {
            for (int h = 0; h < box.Size.H; h++, at += box.Size.W)
                mask.Row(box.T + t, box.H + h).Slice(box.W, box.Size.W).CopyTo(part.AsSpan(at));
        }

        return part;
    }

    private static Volume<byte> Bytes(Volume<float> floats)
    {
        var bytes = new Volume<byte>(floats.Extent, floats.Channels);
        for (int i = 0; i < floats.Count; i++) bytes.Samples[i] = ColourConversion.ToByte(floats.Samples[i]);
        return bytes;
    }
}

/// <summary>Buffers of a level for masks and structure; <c>null</c> those that the application does not use.</summary>
internal sealed class GpuShape : IDisposable
{
    /// <summary>The part of the output that is searched, if there is a mask.</summary>
    public Box Box { get; set; }

    /// <summary>The voxels of the box that take the vote.</summary>
    public DeviceMask? Mask { get; set; }

    /// <summary>The video outside the mask.</summary>
    public DeviceVolume? Known { get; set; }

    /// <summary>Structure of the output, as a fourth channel.</summary>
    public DeviceVolume? Content { get; set; }

    /// <summary>Structure of the input, as a fourth channel.</summary>
    public DeviceVolume? Style { get; set; }

    public void Dispose()
    {
        Mask?.Dispose();
        Known?.Dispose();
        Content?.Dispose();
        Style?.Dispose();
    }
}
