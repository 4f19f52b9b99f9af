using ILGPU;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;

namespace Vgpnn.Kernels.Gpu;

public sealed partial class GpuEngine
{
    private readonly Dictionary<(Extent Patch, bool Gaussian), DeviceBuffer> _bells = [];

    /// <summary>Folds matched patches back (<see cref="PatchVoting"/>). Medians are exact; means may differ by 1 from those of floats.</summary>
    /// <param name="values">V, for all samples.</param>
    /// <param name="field">For every patch of the outputs its match.</param>
    /// <param name="rule">How a voxel is made from its candidates.</param>
    /// <param name="output">Takes the result; it may be the field's query.</param>
    /// <param name="mask">Voxels that are wanted, of the output's size; the others keep their value. <c>null</c> means all.</param>
    public void Vote(DeviceVolume values, DeviceField field, VoteRule rule, DeviceVolume output, DeviceMask? mask = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(output);
        if (values.Extent != field.Keys) throw new ArgumentException("the field points into another size", nameof(values));
        if (output.Extent.PatchGrid(field.Patch) != field.QueryGrid) throw new ArgumentException("the field is over another size", nameof(output));
        if (mask is not null && mask.Extent != output.Extent) throw new ArgumentException("the mask has another size", nameof(mask));
        PatchKernels kernels = _device.Patches(field.Patch);
        long voxels = output.Extent.Count * output.Samples, candidates = voxels * field.Patch.Count;
        ArrayView<uint> places = field.Places.View<uint>();
        var arguments = new VoteArguments
        {
            Values = values.Voxels,
            Places = places,
            Output = output.Voxels,
            Weights = rule == VoteRule.Median ? places : Bell(field.Patch, rule == VoteRule.Gaussian).View<uint>(),
            Mask = (mask?.Buffer ?? field.Places).View<byte>(),
            ValueSize = values.Size(output.Samples),
            OutputSize = output.Size(output.Samples),
        };
        _device.Launch(
            rule == VoteRule.Median ? kernels.Median(mask is not null) : kernels.Mean(mask is not null), Config(kernels, output.Extent, output.Samples),
            new LaunchCost((candidates + (2 * voxels)) * DeviceVolume.VoxelBytes, candidates), arguments);
    }

    // What a candidate weighs by its place in the patch stays on the device.
    private DeviceBuffer Bell(Extent patch, bool gaussian)
    {
        if (_bells.TryGetValue((patch, gaussian), out DeviceBuffer? weights)) return weights;
        return _bells[(patch, gaussian)] = _device.Upload<uint>(
            [.. MeanVote<byte>.Weights(patch, gaussian).Select(w => (uint)Math.Round(w * 65536.0))]);
    }
}
