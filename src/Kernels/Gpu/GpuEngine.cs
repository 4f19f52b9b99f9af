using System.Diagnostics;
using ILGPU;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu;

/// <summary>
/// Resampling, search and voting on a device, for a batch of samples at a time. Volumes stay there until they are downloaded. Nothing here
/// waits but what returns data; commands run in the order of the calls. Used by work items of its device only (<see cref="Device.Run"/>).
/// </summary>
public sealed partial class GpuEngine
{
    // What is asked for between two looks at a cancellation; the device is busy that long.
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(25);

    private readonly Device _device;
    private double _asked;
    private double _askedAtMost = 1 << 22;
    private long _waited;

    internal GpuEngine(Device device) => _device = device;

    /// <summary>The device and what it has done.</summary>
    public Device Device => _device;

    /// <summary>What was launched since the last call, in order; empty unless <see cref="Device.Measures"/>. Waits until all of it is done.</summary>
    public IReadOnlyList<KernelLaunch> TakeLaunches(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return _device.TakeLaunches();
    }

    /// <summary>Room for volumes of one size; what they hold is not defined.</summary>
    public DeviceVolume Allocate(Extent extent, int samples = 1) => new(_device, extent, samples);

    /// <summary>A volume of 1 to 4 channels on the device.</summary>
    public DeviceVolume Upload(Volume<byte> volume) => Upload([volume]);

    /// <summary>Volumes of one size on the device, one for each sample.</summary>
    public DeviceVolume Upload(IReadOnlyList<Volume<byte>> volumes)
    {
        ArgumentNullException.ThrowIfNull(volumes);
        DeviceVolume to = Allocate(volumes[0].Extent, volumes.Count);
        for (int i = 0; i < volumes.Count; i++) UploadFrames(volumes[i], to, i * volumes[i].Extent.T);
        return to;
    }

    /// <summary>Copies a volume behind the first frames of one on the device.</summary>
    public void UploadFrames(Volume<byte> volume, DeviceVolume to, int firstFrame)
    {
        ArgumentNullException.ThrowIfNull(volume);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(volume.Channels, 4, nameof(volume));
        using DeviceBuffer packed = _device.Upload<byte>(volume.Samples);
        long count = volume.Extent.Count;
        LaunchFlat(_device.Flat.Pack, count, new LaunchCost(count * (volume.Channels + DeviceVolume.VoxelBytes)), new TransferArguments
        {
            Bytes = packed.View<byte>(),
            Voxels = to.Buffer.View<uint>((long)firstFrame * volume.Extent.H * volume.Extent.W, count),
            Channels = volume.Channels,
            Count = (int)count,
        });
    }

    /// <summary>
    /// Queries in [−1, 1] with noise beside it, in 127.5ths and 16 bits a channel: noise of any sensible strength fits, and sums of squares
    /// are whole numbers.
    /// </summary>
    public DeviceVolume UploadWide(IReadOnlyList<Volume<float>> queries) => UploadWide(queries, 127.5f, 1);

    /// <summary>
    /// Volumes of 1 to 4 channels with 16 bits a channel: a component x becomes (x + <paramref name="shift"/>) · <paramref name="scale"/>, rounded.
    /// </summary>
    /// <param name="volumes">One for each sample, or one for all.</param>
    /// <param name="scale">How much 1 becomes; results beyond ±16383 are cut off.</param>
    /// <param name="shift">Added first.</param>
    public DeviceVolume UploadWide(IReadOnlyList<Volume<float>> volumes, float scale, float shift)
    {
        ArgumentNullException.ThrowIfNull(volumes);
        const float most = 16383;
        Extent extent = volumes[0].Extent;
        var wide = new short[extent.Count * volumes.Count * 4];
        int at = 0;
        foreach (Volume<float> query in volumes)
        {
            for (int i = 0; i < query.Count; i += query.Channels, at += 4)
                for (int c = 0; c < query.Channels; c++)
                    wide[at + c] = (short)MathF.Floor(Math.Clamp(((query.Samples[i + c] + shift) * scale) + 0.5f, -most, most));
        }

        var volume = new DeviceVolume(_device, extent, volumes.Count, wide: true);
        _device.Write<short>(volume.Buffer, wide);
        return volume;
    }

    /// <summary>Copies volumes from the device.</summary>
    /// <param name="from">Where they are.</param>
    /// <param name="to">One for each sample, of its size and 1 to 4 channels.</param>
    /// <param name="cancellation">Looked at between volumes.</param>
    public void Download(DeviceVolume from, IReadOnlyList<Volume<byte>> to, CancellationToken cancellation = default)
    {
        using PendingDownload pending = BeginDownload(from, to);
        pending.Wait(cancellation);
    }

    /// <summary>Begins to copy volumes from the device; it may go on computing, and <paramref name="from"/> may be used again at once.</summary>
    public PendingDownload BeginDownload(DeviceVolume from, IReadOnlyList<Volume<byte>> to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var pending = new PendingDownload(_device);
        for (int i = 0; i < to.Count; i++)
        {
            Volume<byte> volume = to[i];
            long count = volume.Extent.Count;
            DeviceBuffer unpacked = _device.Allocate(volume.Count);
            LaunchFlat(_device.Flat.Unpack, count, new LaunchCost(count * (volume.Channels + DeviceVolume.VoxelBytes)), new TransferArguments
            {
                Bytes = unpacked.View<byte>(),
                Voxels = from.Buffer.View<uint>(i * count, count),
                Channels = volume.Channels,
                Count = (int)count,
            });
            pending.Add(unpacked, volume);
        }

        return pending;
    }

    /// <summary>Some samples of a batch as a batch of their own.</summary>
    public DeviceVolume Chosen(DeviceVolume from, IReadOnlyList<int> samples)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(samples);
        DeviceVolume chosen = Allocate(from.Extent, samples.Count);
        long bytes = from.Extent.Count * DeviceVolume.VoxelBytes;
        for (int i = 0; i < samples.Count; i++) _device.Copy(from.Buffer, samples[i] * bytes, chosen.Buffer, i * bytes, bytes);
        return chosen;
    }

    /// <summary>Numbers that determine the samples' random choices.</summary>
    public DeviceSeeds Seeds(IReadOnlyList<ulong> seeds) => new(_device.Upload<ulong>([.. seeds]));

    /// <summary>Waits for all that was asked for so far.</summary>
    /// <exception cref="DeviceException">Something of it failed, or hangs.</exception>
    public void Finish(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        _device.Synchronize();
    }

    /// <summary>
    /// Looks at a cancellation, and waits for the device where it has been asked for much: enough to keep it busy, and little enough to stop
    /// soon.
    /// </summary>
    public void Pace(CancellationToken cancellation) => Pace(0, cancellation);

    private void Pace(double evaluations, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();

        // The time in which a device has nothing to do tells nothing about it.
        if (_asked == 0) _waited = Stopwatch.GetTimestamp();
        _asked += evaluations;
        if (_asked < _askedAtMost) return;
        _device.Synchronize();

        // How much it does in that time is what it is asked for the next time.
        double speed = Ahead / Stopwatch.GetElapsedTime(_waited);
        _askedAtMost = Math.Max(1, _asked * Math.Min(2, speed));
        _asked = 0;
        cancellation.ThrowIfCancellationRequested();
    }

    private void LaunchFlat<T>(Kernel<T> kernel, long count, LaunchCost cost, T arguments)
        where T : struct
    {
        int threads = _device.FlatThreads;
        _device.Launch(kernel, new KernelConfig((int)((count + threads - 1) / threads), threads), cost, arguments);
    }

    // One thread for each place of a grid, for every sample.
    private static KernelConfig Config(PatchKernels kernels, Extent grid, int samples) => new(
        new Index3D((grid.W + kernels.GroupW - 1) / kernels.GroupW, (grid.H + kernels.GroupH - 1) / kernels.GroupH, grid.T * samples),
        new Index3D(kernels.GroupW, kernels.GroupH, 1));
}
