namespace Vgpnn.Kernels.OpenCl;

public sealed partial class OpenClEngine
{
    private readonly Dictionary<(Extent Patch, bool Gaussian), DeviceBuffer> _bells = [];

    /// <summary>Folds matched patches back (<see cref="Voting"/>). Medians are exact; means may differ by 1 from those of floats.</summary>
    /// <param name="values">V, for all samples.</param>
    /// <param name="field">For every patch of the outputs its match.</param>
    /// <param name="rule">How a voxel is made from its candidates.</param>
    /// <param name="output">Takes the result; it may be the field's query.</param>
    public void Vote(DeviceVolume values, DeviceField field, VoteRule rule, DeviceVolume output)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(output);
        if (values.Extent != field.Keys) throw new ArgumentException("the field points into another size", nameof(values));
        if (output.Extent.PatchGrid(field.Patch) != field.QueryGrid) throw new ArgumentException("the field is over another size", nameof(output));
        OpenClProgram program = _session.Patches(field.Patch, 3);
        long voxels = output.Extent.Count * output.Samples, candidates = voxels * field.Patch.Count;
        var cost = new LaunchCost((candidates + (2 * voxels)) * DeviceVolume.VoxelBytes, candidates);
        Int4 valueSize = values.Size(output.Samples), outputSize = output.Size(output.Samples);
        if (rule == VoteRule.Median)
        {
            _session.LaunchGrid(
                program, "vote_median", output.Extent, output.Samples, cost, values.Buffer, valueSize, field.Places, output.Buffer, outputSize);
            return;
        }

        if (!_bells.TryGetValue((field.Patch, rule == VoteRule.Gaussian), out DeviceBuffer? weights))
        {
            weights = _session.Upload<uint>(
                [.. MeanVote<byte>.Weights(field.Patch, rule == VoteRule.Gaussian).Select(w => (uint)Math.Round(w * 65536.0))]);
            _bells.Add((field.Patch, rule == VoteRule.Gaussian), weights);
        }

        _session.LaunchGrid(
            program, "vote_mean", output.Extent, output.Samples, cost, values.Buffer, valueSize, field.Places, output.Buffer, outputSize, weights);
    }

    /// <summary>A field with the last frames of queries repeated before the first: for outputs whose ends meet.</summary>
    public DeviceField RepeatedBefore(DeviceField field, int frames)
    {
        ArgumentNullException.ThrowIfNull(field);
        int length = field.QueryGrid.T;
        DeviceField wrapped = Field(field.Query with { T = length + frames + field.Patch.T - 1 }, field.Keys, field.Patch, field.Samples);
        long frame = (long)field.QueryGrid.H * field.QueryGrid.W * sizeof(uint);
        for (int i = 0; i < field.Samples; i++)
        {
            for (int t = 0; t < wrapped.QueryGrid.T; t++)
            {
                int from = (((t - frames) % length) + length) % length;
                _session.Copy(
                    field.Places, (((long)i * length) + from) * frame, wrapped.Places, (((long)i * wrapped.QueryGrid.T) + t) * frame, frame);
            }
        }

        return wrapped;
    }
}
