namespace Vgpnn.Kernels.OpenCl;

public sealed partial class OpenClEngine
{
    // Bits of weights after the point; the kernels shift by them.
    private const int WeightBits = 14;
    private const int WideVoxelBytes = 8;

    private readonly Dictionary<(int Input, int Output, double Scale), DeviceAxis> _axes = [];

    /// <summary>
    /// Resizes as <see cref="Resampler"/> does, in whole numbers: a sample may differ from that one's by 1.
    /// </summary>
    /// <param name="source">What to resize, all samples of a batch.</param>
    /// <param name="output">The size wanted.</param>
    /// <param name="scale">Output samples per input sample along each axis.</param>
    public DeviceVolume Resize(DeviceVolume source, Extent output, Scale scale)
    {
        ArgumentNullException.ThrowIfNull(source);
        DeviceVolume target = Allocate(output, source.Samples);
        ResizeFrames(source, 0, source.Extent, target, 0, output, scale, source.Samples);
        return target;
    }

    /// <summary>Resizes some frames of a volume into some frames of another, as if they were all there are.</summary>
    /// <param name="source">Where they are.</param>
    /// <param name="sourceFrame">The first of them.</param>
    /// <param name="size">Their size.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="targetFrame">The first that is written.</param>
    /// <param name="output">The size wanted.</param>
    /// <param name="scale">Output samples per input sample along each axis.</param>
    public void ResizeFrames(DeviceVolume source, int sourceFrame, Extent size, DeviceVolume target, int targetFrame, Extent output, Scale scale)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ResizeFrames(source, sourceFrame, size, target, targetFrame, output, scale, 1);
    }

    /// <summary>Bytes held while a volume is resized, besides the two volumes.</summary>
    public static long ResizingBytes(Extent source, Extent output, int samples) =>
        (((long)output.T * source.H * source.W) + ((long)output.T * output.H * source.W)) * samples * WideVoxelBytes;

    private void ResizeFrames(
        DeviceVolume source, int sourceFrame, Extent size, DeviceVolume target, int targetFrame, Extent output, Scale scale, int samples)
    {
        OpenClProgram program = _session.Resampling();
        DeviceAxis times = Axis(size.T, output.T, scale.T), rows = Axis(size.H, output.H, scale.H), columns = Axis(size.W, output.W, scale.W);
        Extent first = new(output.T, size.H, size.W), second = new(output.T, output.H, size.W);
        long firstCount = first.Count * samples, secondCount = second.Count * samples, thirdCount = output.Count * samples;
        long sourceOffset = (long)sourceFrame * size.H * size.W, targetOffset = (long)targetFrame * output.H * output.W;
        using DeviceBuffer combined = _session.Allocate(firstCount * WideVoxelBytes);
        _session.LaunchFlat(
            program, "resample_time", firstCount, new LaunchCost(firstCount * ((times.Taps * DeviceVolume.VoxelBytes) + WideVoxelBytes)),
            source.Buffer, sourceOffset, combined, firstCount, size.T, output.T, (long)size.H * size.W, times.Taps, times.Index, times.Weight);
        using DeviceBuffer narrowed = _session.Allocate(secondCount * WideVoxelBytes);
        _session.LaunchFlat(
            program, "resample_rows", secondCount, new LaunchCost(secondCount * (rows.Taps + 1) * WideVoxelBytes),
            combined, narrowed, secondCount, size.H, output.H, (long)size.W, rows.Taps, rows.Index, rows.Weight);
        _session.LaunchFlat(
            program, "resample_columns", thirdCount, new LaunchCost(thirdCount * ((columns.Taps * WideVoxelBytes) + DeviceVolume.VoxelBytes)),
            narrowed, target.Buffer, targetOffset, thirdCount, size.W, output.W, columns.Taps, columns.Index, columns.Weight);
    }

    // Tables stay on the device: every sample needs the same ones.
    private DeviceAxis Axis(int input, int output, double scale)
    {
        if (_axes.TryGetValue((input, output, scale), out DeviceAxis? axis)) return axis;
        var table = AxisTable.Build(input, output, scale, BorderRule.Mirror);
        var weights = new int[table.Weight.Length];
        for (int i = 0; i < output; i++) Whole(table.WeightsOf(i), weights.AsSpan(i * table.Taps, table.Taps));
        return _axes[(input, output, scale)] = new DeviceAxis(table.Taps, _session.Upload<int>(table.Index), _session.Upload<int>(weights));
    }

    // What rounding leaves over goes to the largest, so that they sum to 1 and an even area stays even.
    private static void Whole(ReadOnlySpan<float> weights, Span<int> whole)
    {
        int left = 1 << WeightBits, largest = 0;
        for (int j = 0; j < weights.Length; j++)
        {
            left -= whole[j] = (int)MathF.Round(weights[j] * (1 << WeightBits));
            if (whole[j] > whole[largest]) largest = j;
        }

        whole[largest] += left;
    }

    private sealed record DeviceAxis(int Taps, DeviceBuffer Index, DeviceBuffer Weight) : IDisposable
    {
        public void Dispose()
        {
            Index.Dispose();
            Weight.Dispose();
        }
    }
}
