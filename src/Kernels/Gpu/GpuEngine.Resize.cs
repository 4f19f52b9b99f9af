using ILGPU;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu;

public sealed partial class GpuEngine
{
    // Fraction bits of the weights; the kernels shift by them.
    private const int WeightBits = 14;

    private readonly Dictionary<(int Input, int Output, double Scale), DeviceAxis> _axes = [];

    /// <summary>
    /// Resizes like <see cref="Resampler"/>, in integer arithmetic: components may differ from the CPU's by 1.
    /// </summary>
    /// <param name="source">Input of all samples of a batch.</param>
    /// <param name="output">Size of the result.</param>
    /// <param name="scale">Output voxels per input voxel along each axis.</param>
    public DeviceVolume Resize(DeviceVolume source, Extent output, Scale scale)
    {
        ArgumentNullException.ThrowIfNull(source);
        DeviceVolume target = Allocate(output, source.Samples);
        ResizeFrames(source, 0, source.Extent, target, 0, output, scale, source.Samples);
        return target;
    }

    /// <summary>Resizes a range of frames of one volume into another, as if the range were a whole volume.</summary>
    /// <param name="source">Input volumes.</param>
    /// <param name="sourceFrame">First frame of the range.</param>
    /// <param name="size">Size of the range.</param>
    /// <param name="target">Output volumes.</param>
    /// <param name="targetFrame">First frame to write.</param>
    /// <param name="output">Size of the result.</param>
    /// <param name="scale">Output voxels per input voxel along each axis.</param>
    public void ResizeFrames(DeviceVolume source, int sourceFrame, Extent size, DeviceVolume target, int targetFrame, Extent output, Scale scale)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ResizeFrames(source, sourceFrame, size, target, targetFrame, output, scale, 1);
    }

    /// <summary>Device memory used while resizing, in addition to the two volumes, in bytes.</summary>
    public static long ResizingBytes(Extent source, Extent output, int samples) =>
        (((long)output.T * source.H * source.W) + ((long)output.T * output.H * source.W)) * samples * DeviceVolume.WideVoxelBytes;

    private void ResizeFrames(
        DeviceVolume source, int sourceFrame, Extent size, DeviceVolume target, int targetFrame, Extent output, Scale scale, int samples)
    {
        DeviceAxis times = Axis(size.T, output.T, scale.T), rows = Axis(size.H, output.H, scale.H), columns = Axis(size.W, output.W, scale.W);
        Extent first = new(output.T, size.H, size.W), second = new(output.T, output.H, size.W);
        long firstCount = first.Count * samples, secondCount = second.Count * samples, thirdCount = output.Count * samples;
        long sourceOffset = (long)sourceFrame * size.H * size.W, targetOffset = (long)targetFrame * output.H * output.W;
        if (Math.Max(firstCount, secondCount) > int.MaxValue)
            throw new DeviceException(DeviceFailure.OutOfMemory, $"{samples} volumes of {size} are too large to resize to {output} in one batch; use smaller batches");
        using DeviceBuffer combined = _device.Allocate(firstCount * DeviceVolume.WideVoxelBytes);
        using DeviceBuffer narrowed = _device.Allocate(secondCount * DeviceVolume.WideVoxelBytes);
        ArrayView<ulong> between = combined.View<ulong>(), after = narrowed.View<ulong>();
        ArrayView<uint> from = source.Buffer.View<uint>(sourceOffset, size.Count * samples), to = target.Buffer.View<uint>(targetOffset, thirdCount);
        LaunchFlat(
            _device.Flat.Time, firstCount, new LaunchCost(firstCount * ((times.Taps * DeviceVolume.VoxelBytes) + DeviceVolume.WideVoxelBytes)),
            times.Arguments(from, between, after, firstCount, size.H * size.W));
        LaunchFlat(
            _device.Flat.Rows, secondCount, new LaunchCost(secondCount * (rows.Taps + 1) * DeviceVolume.WideVoxelBytes),
            rows.Arguments(from, between, after, secondCount, size.W));
        LaunchFlat(
            _device.Flat.Columns, thirdCount, new LaunchCost(thirdCount * ((columns.Taps * DeviceVolume.WideVoxelBytes) + DeviceVolume.VoxelBytes)),
            columns.Arguments(to, after, between, thirdCount, 1));
    }

    // Tables stay on the device, because every sample needs the same ones.
    private DeviceAxis Axis(int input, int output, double scale)
    {
        if (_axes.TryGetValue((input, output, scale), out DeviceAxis? axis)) return axis;
        var table = AxisTable.Build(input, output, scale, BorderRule.Mirror);
        var weights = new int[table.Weight.Length];
        for (int i = 0; i < output; i++) Whole(table.WeightsOf(i), weights.AsSpan(i * table.Taps, table.Taps));
        return _axes[(input, output, scale)] = new DeviceAxis(
            input, output, table.Taps, _device.Upload<int>(table.Index), _device.Upload<int>(weights));
    }

    // The rounding remainder is added to the largest weight, so that the weights sum to 1 and uniform areas stay uniform.
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

    private sealed record DeviceAxis(int Input, int Output, int Taps, DeviceBuffer Index, DeviceBuffer Weight)
    {
        public ResampleArguments Arguments(ArrayView<uint> bytes, ArrayView<ulong> between, ArrayView<ulong> after, long count, int inner) => new()
        {
            Bytes = bytes,
            Between = between,
            After = after,
            Index = Index.View<int>(),
            Weight = Weight.View<int>(),
            Count = (int)count,
            Input = Input,
            Output = Output,
            Inner = inner,
            Taps = Taps,
        };
    }
}
