using ILGPU;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;

namespace Vgpnn.Kernels.Gpu;

public sealed partial class GpuEngine
{
    private readonly Dictionary<(Extent Patch, bool Gaussian), DeviceBuffer> _bells = [];

    /// <summary>Folds matched patches into volumes (<see cref="PatchVoting"/>). Medians are exact; means may differ from the CPU's by 1.</summary>
    /// <param name="values">V, shared by all samples.</param>
    /// <param name="field">Match of each output patch.</param>
    /// <param name="rule">How the candidates of a voxel are combined.</param>
    /// <param name="output">Receives the result; may be the query of the field.</param>
    /// <param name="mask">Voxels to compute, with the size of the output; others keep their value. <c>null</c> computes all.</param>
    public void Vote(DeviceVolume values, DeviceField field, VoteRule rule, DeviceVolume output, DeviceMask? mask = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(output);
        if (values.Extent != field.Keys) throw new ArgumentException($"the values have the size {values.Extent}; the field refers to {field.Keys}", nameof(values));
        if (output.Extent.PatchGrid(field.Patch) is var grid && grid != field.QueryGrid)
            throw new ArgumentException($"the patch grid of the output is {grid}; the field's query grid is {field.QueryGrid}", nameof(output));
        if (mask is not null && mask.Extent != output.Extent) throw new ArgumentException($"the mask has the size {mask.Extent}; expected {output.Extent}", nameof(mask));
        PatchKernels kernels = _device.Patches(field.Patch);
        long voxels = output.Extent.Count * output.Samples, candidates = voxels * field.Patch.Count;
        ArrayView<uint> positions = field.Positions.View<uint>();
        var arguments = new VoteArguments
        {
            Values = values.Voxels,
            Positions = positions,
            Output = output.Voxels,
            Weights = rule == VoteRule.Median ? positions : Bell(field.Patch, rule == VoteRule.Gaussian).View<uint>(),
            Mask = (mask?.Buffer ?? field.Positions).View<byte>(),
            ValueSize = values.Size(output.Samples),
            OutputSize = output.Size(output.Samples),
        };
        _device.Launch(
            rule == VoteRule.Median ? kernels.Median(mask is not null) : kernels.Mean(mask is not null), Config(kernels, output.Extent, output.Samples),
            new LaunchCost((candidates + (2 * voxels)) * DeviceVolume.VoxelBytes, candidates), arguments);
    }

    // The weights by position in the patch stay on the device.
    private DeviceBuffer Bell(Extent patch, bool gaussian)
    {
        if (_bells.TryGetValue((patch, gaussian), out DeviceBuffer? weights)) return weights;
        return _bells[(patch, gaussian)] = _device.Upload<uint>(
            [.. MeanVote<byte>.Weights(patch, gaussian).Select(w => (uint)Math.Round(w * 65536.0))]);
    }
}
