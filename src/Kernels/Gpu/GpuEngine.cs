using System.Diagnostics;
using ILGPU;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu;

/// <summary>
/// Resampling, search and voting on a device, for a batch of samples. Volumes stay on the device until they are downloaded. Commands run
/// asynchronously in the order of the calls; only methods that return data wait. For use within <see cref="Device.Run"/> only.
/// </summary>
public sealed partial class GpuEngine
{
    // Target duration of the commands queued between two cancellation checks.
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(25);

    private readonly Device _device;
    private double _asked;
    private double _askedAtMost = 1 << 22;
    private long _waited;

    internal GpuEngine(Device device) => _device = device;

    /// <summary>The device that the engine runs on.</summary>
    public Device Device => _device;

    /// <summary>Returns the launches since the last call, in order, after waiting for their completion; empty unless <see cref="Device.Measures"/>.</summary>
    public IReadOnlyList<KernelLaunch> TakeLaunches(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return _device.TakeLaunches();
    }

    /// <summary>Allocates volumes of one size with undefined values.</summary>
    public DeviceVolume Allocate(Extent extent, int samples = 1) => new(_device, extent, samples);

    /// <summary>Uploads a volume of 1 to 4 channels.</summary>
    public DeviceVolume Upload(Volume<byte> volume) => Upload([volume]);

    /// <summary>Uploads volumes of equal size, one for each sample.</summary>
    public DeviceVolume Upload(IReadOnlyList<Volume<byte>> volumes)
    {
        ArgumentNullException.ThrowIfNull(volumes);
        DeviceVolume to = Allocate(volumes[0].Extent, volumes.Count);
        for (int i = 0; i < volumes.Count; i++) UploadFrames(volumes[i], to, i * volumes[i].Extent.T);
        return to;
    }

    /// <summary>Uploads a volume into consecutive frames of an existing one.</summary>
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
    /// Uploads queries in [−1, 1] with added noise as multiples of 1/127.5 with 16 bits per channel, so that noise beyond the range of bytes
    /// fits and sums of squares are integers.
    /// </summary>
    public DeviceVolume UploadWide(IReadOnlyList<Volume<float>> queries) => UploadWide(queries, 127.5f, 1);

    /// <summary>
    /// Uploads volumes of 1 to 4 channels with 16 bits per channel: a component x becomes (x + <paramref name="shift"/>) · <paramref name="scale"/>, rounded.
    /// </summary>
    /// <param name="volumes">One for each sample, or one for all.</param>
    /// <param name="scale">Factor; results are clamped to ±16383.</param>
    /// <param name="shift">Added before scaling.</param>
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
    /// <param name="from">Volumes on the device.</param>
    /// <param name="to">Receives one volume for each sample, of the same size and 1 to 4 channels.</param>
    /// <param name="cancellation">Checked between volumes.</param>
    public void Download(DeviceVolume from, IReadOnlyList<Volume<byte>> to, CancellationToken cancellation = default)
    {
        using PendingDownload pending = BeginDownload(from, to);
        pending.Wait(cancellation);
    }

    /// <summary>Starts copying volumes from the device, which can continue computing; <paramref name="from"/> can be reused immediately.</summary>
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

    /// <summary>Returns some samples of a batch as a new batch.</summary>
    public DeviceVolume Select(DeviceVolume from, IReadOnlyList<int> samples)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(samples);
        DeviceVolume chosen = Allocate(from.Extent, samples.Count);
        long bytes = from.Extent.Count * DeviceVolume.VoxelBytes;
        for (int i = 0; i < samples.Count; i++) _device.Copy(from.Buffer, samples[i] * bytes, chosen.Buffer, i * bytes, bytes);
        return chosen;
    }

    /// <summary>Uploads the seeds of the samples.</summary>
    public DeviceSeeds Seeds(IReadOnlyList<ulong> seeds) => new(_device.Upload<ulong>([.. seeds]));

    /// <summary>Waits for all commands so far.</summary>
    /// <exception cref="DeviceException">A command failed, or the device hangs.</exception>
    public void Finish(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        _device.Synchronize();
    }

    /// <summary>
    /// Checks for cancellation, and waits for the device if many commands are queued: enough to keep it busy, and few enough to stop
    /// quickly.
    /// </summary>
    public void Throttle(CancellationToken cancellation) => Throttle(0, cancellation);

    private void Throttle(double evaluations, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();

        // Idle time of the device must not count towards its speed.
        if (_asked == 0) _waited = Stopwatch.GetTimestamp();
        _asked += evaluations;
        if (_asked < _askedAtMost) return;
        _device.Synchronize();

        // Adapts the number of queued evaluations to the measured speed.
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

    // One thread per position of the grid and sample.
    private static KernelConfig Config(PatchKernels kernels, Extent grid, int samples) => new(
        new Index3D((grid.W + kernels.GroupW - 1) / kernels.GroupW, (grid.H + kernels.GroupH - 1) / kernels.GroupH, grid.T * samples),
        new Index3D(kernels.GroupW, kernels.GroupH, 1));
}
