using Vgpnn.Kernels;
using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Synthesis.Backends.Gpu;

/// <summary>
/// The output side of a level on a device, as <see cref="Cpu.Canvas"/> is on the CPU: plain, or with ends that meet. Masks and structures of
/// <see cref="RunInputs"/> belong here too once <see cref="DeviceSupport"/> admits them.
/// </summary>
internal sealed class GpuCanvas(MethodOptions options)
{
    // Frames on either side that an enlarging cubic filter may reach.
    private const int Reach = 3;

    /// <summary>Q of a level; it may be <paramref name="output"/> itself.</summary>
    public DeviceVolume Query(OpenClEngine engine, LevelPlan level, DeviceVolume output) => options.Loop ? Frames(engine, output, 0, level.Query.T) : output;

    /// <summary>Folds matched patches into <paramref name="output"/>.</summary>
    public void Vote(OpenClEngine engine, LevelPlan level, DeviceVolume values, DeviceField field, DeviceVolume output)
    {
        if (!options.Loop)
        {
            engine.Vote(values, field, options.Vote, output);
            return;
        }

        int before = level.Patch.T - 1;
        using DeviceField wrapped = engine.RepeatedBefore(field, before);
        using DeviceVolume voted = engine.Allocate(output.Extent with { T = output.Extent.T + (2 * before) }, output.Samples);
        engine.Vote(values, wrapped, options.Vote, voted);
        engine.CopyFrames(voted, before, output, 0, output.Extent.T);
    }

    /// <summary>A level's output enlarged to the next finer level.</summary>
    public DeviceVolume Enlarge(OpenClEngine engine, DeviceVolume output, LevelPlan from, LevelPlan to)
    {
        Scale scale = to.Scale / from.Scale;
        if (!options.Loop) return engine.Resize(output, to.Output, scale);
        if (to.Output.T == from.Output.T) return engine.Resize(output, to.Output, scale with { T = 1 });
        using DeviceVolume wrapped = Frames(engine, output, -Reach, output.Extent.T + (2 * Reach));
        return engine.Resize(wrapped, to.Output, scale with { T = (double)to.Output.T / from.Output.T });
    }

    // Frames around the circle from any one on.
    private static DeviceVolume Frames(OpenClEngine engine, DeviceVolume circle, int first, int count)
    {
        int length = circle.Extent.T;
        DeviceVolume frames = engine.Allocate(circle.Extent with { T = count }, circle.Samples);
        for (int t = 0; t < count; t++) engine.CopyFrames(circle, (((first + t) % length) + length) % length, frames, t, 1);
        return frames;
    }
}
