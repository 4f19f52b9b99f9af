using System.Runtime.InteropServices;

namespace Vgpnn.Kernels.OpenCl;

/// <summary>
/// Resampling, search and voting on a device, for a batch of samples at a time. Volumes stay there until they are downloaded. Nothing here
/// waits but what returns data; commands run in the order of the calls. One thread at a time (<see cref="DeviceSession.Enter"/>).
/// </summary>
public sealed partial class OpenClEngine : IDisposable
{
    private readonly DeviceSession _session;
    private readonly bool _ownsQueue;

    /// <summary>Opens a device for itself.</summary>
    /// <param name="device">Which.</param>
    /// <param name="maxBytes">The most that it may take there; null: what there is.</param>
    /// <param name="measures">Whether launches are measured.</param>
    /// <exception cref="OpenClException">It cannot be opened.</exception>
    public OpenClEngine(OpenClDevice device, long? maxBytes = null, bool measures = false)
        : this(new DeviceSession(device, maxBytes: maxBytes, measures: measures)) => _ownsQueue = true;

    /// <summary>Works on a device that is open.</summary>
    public OpenClEngine(DeviceSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        _session = session;
    }

    /// <summary>The device and what it has done.</summary>
    public DeviceSession Session => _session;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DeviceAxis axis in _axes.Values) axis.Dispose();
        foreach (DeviceBuffer weights in _bells.Values) weights.Dispose();
        if (_ownsQueue) _session.Dispose();
    }

    /// <summary>Room for volumes of one size; what they hold is not defined.</summary>
    public DeviceVolume Allocate(Extent extent, int samples = 1) => new(_session, extent, samples);

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
        using DeviceBuffer packed = _session.Upload<byte>(volume.Samples);
        long count = volume.Extent.Count, offset = (long)firstFrame * volume.Extent.H * volume.Extent.W;
        _session.LaunchFlat(
            _session.Resampling(), "pack", count, new LaunchCost(count * (volume.Channels + DeviceVolume.VoxelBytes)),
            packed, volume.Channels, to.Buffer, count, offset);
    }

    /// <summary>
    /// Queries in [−1, 1] with noise beside it, in 127.5ths and 16 bits a channel: noise of any sensible strength fits, and sums of squares
    /// are whole numbers.
    /// </summary>
    public DeviceVolume UploadWide(IReadOnlyList<Volume<float>> queries)
    {
        ArgumentNullException.ThrowIfNull(queries);
        const float most = 16383;
        Extent extent = queries[0].Extent;
        var wide = new short[extent.Count * queries.Count * 4];
        int at = 0;
        foreach (Volume<float> query in queries)
        {
            for (int i = 0; i < query.Count; i += query.Channels, at += 4)
                for (int c = 0; c < query.Channels; c++)
                    wide[at + c] = (short)MathF.Floor(Math.Clamp(((query.Samples[i + c] + 1) * 127.5f) + 0.5f, -most, most));
        }

        var volume = new DeviceVolume(_session, extent, queries.Count, wide: true);
        _session.Write<short>(volume.Buffer, wide);
        return volume;
    }

    /// <summary>Copies volumes from the device.</summary>
    /// <param name="from">Where they are.</param>
    /// <param name="to">One for each sample, of its size and 1 to 4 channels.</param>
    /// <param name="cancellation">Gives up.</param>
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
        var pending = new PendingDownload(_session);
        for (int i = 0; i < to.Count; i++)
        {
            Volume<byte> volume = to[i];
            long count = volume.Extent.Count;
            DeviceBuffer unpacked = _session.Allocate(volume.Count);
            _session.LaunchFlat(
                _session.Resampling(), "unpack", count, new LaunchCost(count * (volume.Channels + DeviceVolume.VoxelBytes)),
                from.Buffer, i * count, volume.Channels, unpacked, count);
            pending.Add(unpacked, volume);
        }

        return pending;
    }

    /// <summary>Copies whole frames from one volume to another of the same rows and columns, within each sample.</summary>
    public void CopyFrames(DeviceVolume from, int fromFrame, DeviceVolume to, int toFrame, int frames)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        for (int i = 0; i < to.Samples; i++)
        {
            _session.Copy(
                from.Buffer, ((long)i * from.Extent.T + fromFrame) * from.FrameBytes, to.Buffer, ((long)i * to.Extent.T + toFrame) * to.FrameBytes,
                frames * to.FrameBytes);
        }
    }

    /// <summary>Some samples of a batch as a batch of their own.</summary>
    public DeviceVolume Chosen(DeviceVolume from, IReadOnlyList<int> samples)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(samples);
        DeviceVolume chosen = Allocate(from.Extent, samples.Count);
        long bytes = from.Extent.Count * DeviceVolume.VoxelBytes;
        for (int i = 0; i < samples.Count; i++) _session.Copy(from.Buffer, samples[i] * bytes, chosen.Buffer, i * bytes, bytes);
        return chosen;
    }

    /// <summary>Numbers that determine the samples' random choices.</summary>
    public DeviceSeeds Seeds(IReadOnlyList<ulong> seeds) => new(_session.Upload<ulong>(CollectionsMarshal.AsSpan([.. seeds])));

    /// <summary>Waits for all that was asked for so far.</summary>
    /// <exception cref="OpenClException">Something of it failed, or hangs.</exception>
    public void Finish(CancellationToken cancellation = default) => _session.Wait(_session.Marker(), cancellation);

    /// <summary>Something to wait for later.</summary>
    public DeviceMark Mark() => new(_session, _session.Marker());
}

/// <summary>Seeds of a batch on a device.</summary>
public sealed class DeviceSeeds : IDisposable
{
    internal DeviceSeeds(DeviceBuffer buffer) => Buffer = buffer;

    internal DeviceBuffer Buffer { get; }

    /// <inheritdoc/>
    public void Dispose() => Buffer.Dispose();
}

/// <summary>A point in what a device was asked for.</summary>
public sealed class DeviceMark
{
    private readonly DeviceSession _session;
    private readonly EventHandle _done;

    internal DeviceMark(DeviceSession session, EventHandle done) => (_session, _done) = (session, done);

    /// <summary>Waits until the device has come there; once.</summary>
    /// <exception cref="OpenClException">Something before it failed, or hangs.</exception>
    public void Wait(CancellationToken cancellation = default) => _session.Wait(_done, cancellation);
}
