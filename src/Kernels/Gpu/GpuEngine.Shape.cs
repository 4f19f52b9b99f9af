using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Gpu.Shapes;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu;

// Operations for loops, inpainting, analogies and levels that start from the coarser one.
public sealed partial class GpuEngine
{
    /// <summary>Copies whole frames between volumes with equal rows and columns, within each sample.</summary>
    public void CopyFrames(DeviceVolume from, int fromFrame, DeviceVolume to, int toFrame, int frames)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        Copy(from.Buffer, from.Extent.T, fromFrame, to.Buffer, to.Extent.T, toFrame, frames, to.Extent.H * to.Extent.W, to.Samples);
    }

    /// <summary>Returns a range of frames of looping volumes, whose last frame is followed by the first.</summary>
    /// <param name="circle">Looping volumes.</param>
    /// <param name="first">First frame; may be negative.</param>
    /// <param name="count">Number of frames; wraps around if there are fewer.</param>
    public DeviceVolume Around(DeviceVolume circle, int first, int count)
    {
        ArgumentNullException.ThrowIfNull(circle);
        DeviceVolume frames = Allocate(circle.Extent with { T = count }, circle.Samples);
        CopyFrames(circle, first, frames, 0, count);
        return frames;
    }

    /// <summary>Returns a field with the last frames of queries repeated before the first, for looping output.</summary>
    public DeviceField RepeatedBefore(DeviceField field, int frames)
    {
        ArgumentNullException.ThrowIfNull(field);
        DeviceField wrapped = Field(field.Query with { T = field.QueryGrid.T + frames + field.Patch.T - 1 }, field.Keys, field.Patch, field.Samples);
        Copy(
            field.Positions, field.QueryGrid.T, -frames, wrapped.Positions, wrapped.QueryGrid.T, 0, wrapped.QueryGrid.T,
            field.QueryGrid.H * field.QueryGrid.W, field.Samples);
        return wrapped;
    }

    /// <summary>Uploads a mask for all samples of a batch.</summary>
    /// <param name="mask">Mask in T×H×W order.</param>
    /// <param name="extent">Size of the mask.</param>
    public DeviceMask Mask(ReadOnlySpan<bool> mask, Extent extent)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mask.Length, extent.Count, nameof(mask));
        var bytes = new byte[mask.Length];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = mask[i] ? (byte)1 : (byte)0;
        return new DeviceMask(_device.Upload<byte>(bytes), extent);
    }

    /// <summary>Returns the same box of every sample.</summary>
    /// <param name="from">Volumes to copy from.</param>
    /// <param name="offset">First frame, row and column of the box.</param>
    /// <param name="size">Size of the box.</param>
    public DeviceVolume Part(DeviceVolume from, Extent offset, Extent size)
    {
        ArgumentNullException.ThrowIfNull(from);
        DeviceVolume part = Allocate(size, from.Samples);
        Launch(_device.Flat.Part, size, from.Samples, Box(from, part, offset));
        return part;
    }

    /// <summary>
    /// Writes volumes that take the voxels of a box where the mask is set, and those of <paramref name="known"/> elsewhere.
    /// </summary>
    /// <param name="box">Values of the box, for each sample.</param>
    /// <param name="mask">Mask with the size of the box.</param>
    /// <param name="offset">First frame, row and column of the box.</param>
    /// <param name="known">Known values of the whole volume, shared by all samples.</param>
    /// <param name="output">Receives the result.</param>
    public void Merge(DeviceVolume box, DeviceMask mask, Extent offset, DeviceVolume known, DeviceVolume output)
    {
        ArgumentNullException.ThrowIfNull(box);
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(output);
        if (mask.Extent != box.Extent) throw new ArgumentException($"the mask has the size {mask.Extent}; expected {box.Extent}", nameof(mask));
        if (known.Extent != output.Extent) throw new ArgumentException($"the known volume has the size {known.Extent}; expected {output.Extent}", nameof(known));
        BoxArguments arguments = Box(output, box, offset);
        arguments.Known = known.Voxels;
        arguments.Mask = mask.Buffer.View<byte>();
        Launch(_device.Flat.Merge, output.Extent, output.Samples, arguments);
    }

    /// <summary>Adds a fourth channel, shared by all samples, to volumes of three channels. Distances weight all four equally.</summary>
    /// <param name="colours">Volumes of three channels.</param>
    /// <param name="fourth">Volume of one channel and the same size, for one sample.</param>
    public DeviceVolume Join(DeviceVolume colours, DeviceVolume fourth)
    {
        ArgumentNullException.ThrowIfNull(colours);
        ArgumentNullException.ThrowIfNull(fourth);
        if (colours.Extent != fourth.Extent) throw new ArgumentException($"the fourth channel has the size {fourth.Extent}; expected {colours.Extent}", nameof(fourth));
        DeviceVolume joined = Allocate(colours.Extent, colours.Samples);
        BoxArguments arguments = Box(colours, joined, default);
        arguments.Fourth = fourth.Voxels;
        Launch(_device.Flat.Join, colours.Extent, colours.Samples, arguments);
        return joined;
    }

    /// <summary>
    /// Returns a field resized to other volumes, as the start of a search, in integer arithmetic: positions may differ from those of
    /// <see cref="NearestNeighbourField.Resized"/> by one voxel. Its distances are undefined until a search of iteration 1 or later.
    /// </summary>
    public DeviceField Resized(DeviceField field, Extent query, Extent keys, Extent patch)
    {
        ArgumentNullException.ThrowIfNull(field);
        DeviceField resized = Field(query, keys, patch, field.Samples);
        (Extent from, Extent to) = (field.QueryGrid, resized.QueryGrid);
        (Extent fromKeys, Extent toKeys) = (field.KeyGrid, resized.KeyGrid);
        int scaleT = KeyScale(toKeys.T, fromKeys.T), scaleH = KeyScale(toKeys.H, fromKeys.H), scaleW = KeyScale(toKeys.W, fromKeys.W);
        var nearest = new List<int>();
        var beyond = new List<int>();
        Axis(from.T, to.T, scaleT, nearest, beyond);
        Axis(from.H, to.H, scaleH, nearest, beyond);
        Axis(from.W, to.W, scaleW, nearest, beyond);
        using DeviceBuffer nearestTable = _device.Upload<int>([.. nearest]), beyondTable = _device.Upload<int>([.. beyond]);
        long count = to.Count * field.Samples;
        LaunchFlat(_device.Flat.ResizeField, count, new LaunchCost(2 * sizeof(uint) * count), new FieldResizeArguments
        {
            From = field.Positions.View<uint>(),
            To = resized.Positions.View<uint>(),
            Nearest = nearestTable.View<int>(),
            Beyond = beyondTable.View<int>(),
            FromGrid = Size.Of(from, shared: false),
            ToGrid = Size.Of(to, shared: false),
            FromKeys = Size.Of(field.Keys, shared: true),
            ToKeys = Size.Of(keys, shared: true),
            ToKeyGrid = Size.Of(toKeys, shared: true),
            ScaleT = scaleT,
            ScaleH = scaleH,
            ScaleW = scaleW,
            Count = (int)count,
        });
        return resized;
    }

    // The first and last patches of both grids correspond.
    private static int KeyScale(int keys, int before) =>
        before > 1 ? (int)Math.Round((keys - 1.0) / (before - 1) * (1 << ShapingKernels.FieldBits)) : 1 << ShapingKernels.FieldBits;

    private static void Axis(int before, int queries, int keyScale, List<int> nearest, List<int> beyond)
    {
        double scale = queries > 1 ? (before - 1.0) / (queries - 1) : 0;
        for (int i = 0; i < queries; i++)
        {
            int at = (int)Math.Round(i * scale);
            nearest.Add(at);
            beyond.Add((int)Math.Round(((i * scale) - at) * keyScale));
        }
    }

    private void Copy(
        DeviceBuffer from, int fromFrames, int fromFirst, DeviceBuffer to, int toFrames, int toFirst, int frames, int words, int samples)
    {
        long count = (long)frames * words * samples;
        LaunchFlat(_device.Flat.Frames, count, new LaunchCost(2 * sizeof(uint) * count), new FrameArguments
        {
            From = from.View<uint>(),
            To = to.View<uint>(),
            Words = words,
            FromFrames = fromFrames,
            ToFrames = toFrames,
            FromFirst = fromFirst,
            ToFirst = toFirst,
            Frames = frames,
            Count = (int)count,
        });
    }

    private void Launch(Kernel<BoxArguments> kernel, Extent extent, int samples, BoxArguments arguments)
    {
        long count = extent.Count * samples;
        arguments.Count = (int)count;
        LaunchFlat(kernel, count, new LaunchCost(2 * DeviceVolume.VoxelBytes * count), arguments);
    }

    // ILGPU cannot pass empty views, so unused arguments refer to arbitrary memory.
    private static BoxArguments Box(DeviceVolume whole, DeviceVolume box, Extent offset) => new()
    {
        Whole = whole.Voxels,
        Box = box.Voxels,
        Known = whole.Voxels,
        Fourth = whole.Voxels,
        Mask = whole.Buffer.View<byte>(),
        WholeSize = Size.Of(whole.Extent, shared: false),
        BoxSize = Size.Of(box.Extent, shared: false),
        T = offset.T,
        H = offset.H,
        W = offset.W,
    };
}
