using System.Globalization;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Media;
using Vgpnn.Media.Sandbox;
using Vgpnn.Silo.Settings;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Silo.Examining;

/// <summary>Checks of the machine: ffmpeg and its sandbox, processors and devices, disk.</summary>
internal static class MachineChecks
{
    private const long GibiByte = 1L << 30;

    // A Full-HD upload, its rendering and a result at once.
    private const long LittleDisk = 10 * GibiByte, TooLittleDisk = GibiByte;
    private const long LittleMemory = 2 * GibiByte;

    /// <summary>Writes a short clip and reads it back, under the same limits as always.</summary>
    public static async Task<IReadOnlyList<Finding>> FfmpegAsync(CancellationToken cancellation)
    {
        string path = Path.Combine(Path.GetTempPath(), $"vgpnn-doctor-{Guid.NewGuid():N}.mp4");
        try
        {
            var clip = Clip.FromVolume(SyntheticScene.Render(new Extent(4, 32, 48), 0, new Workers(1)), new FrameRate(10, 1));
            await ClipWriter.WriteAsync(clip, path, ClipFormat.Mp4, cancellation: cancellation);
            ReadResult back = await ClipReader.ReadAsync(path, cancellation: cancellation);
            return back.Clip.Frames.Count == clip.Frames.Count
                ? [Finding.Well("ffmpeg", "a clip was written and read back")]
                : [Finding.Broken("ffmpeg", $"of {clip.Frames.Count} frames {back.Clip.Frames.Count} came back", "reinstall ffmpeg: apt-get install --reinstall ffmpeg")];
        }
        catch (VgpnnException e)
        {
            return [Finding.Broken("ffmpeg", e.Message, e.Hint ?? "install ffmpeg with libx264: apt-get install ffmpeg")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [Finding.Broken("ffmpeg", $"nothing can be written to {Path.GetTempPath()}: {e.Message}", "set TMPDIR to a directory that can be written")];
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Checks the sandbox around ffmpeg.</summary>
    public static IReadOnlyList<Finding> Sandbox()
    {
        var missing = new List<Finding>();
        if (!SandboxCapabilities.HasOwnSession)
            missing.Add(Finding.Doubtful("sandbox", "ffmpeg has no session of its own, and its children may outlive it", "install util-linux (setsid)"));
        if (!SandboxCapabilities.HasNoNetwork)
        {
            missing.Add(Finding.Doubtful(
                "sandbox", "ffmpeg shares the network of this process; only its list of protocols keeps it from connecting",
                "let unprivileged processes have namespaces (sysctl kernel.unprivileged_userns_clone=1), or keep the pod's egress closed"));
        }

        return missing.Count > 0 ? missing : [Finding.Well("sandbox", "ffmpeg runs without a network, under kernel limits, in a session of its own")];
    }

    /// <summary>What computes.</summary>
    public static IReadOnlyList<Finding> Devices(SiloSettings settings)
    {
        int bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        string says = string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores with vectors of {bits} bits, {memory / (double)GibiByte:0.0} GiB: {settings.Slots} slots of {settings.ThreadsPerSample} threads, {settings.Memory >> 20} MiB for work");
        Finding processor = bits < 256 ? Finding.Doubtful("devices", says, "a processor with AVX2 computes several times faster")
            : memory < LittleMemory ? Finding.Doubtful("devices", says, "from 2 GiB on samples in standard definition have room")
            : Finding.Well("devices", says);
        return [processor, .. Gpus(settings)];
    }

    // Without the setting a silo requires no device; those that exist are listed.
    private static IEnumerable<Finding> Gpus(SiloSettings settings)
    {
        try
        {
            string[] there = [.. Kernels.Gpu.Hardware.Devices.List().Select(d => string.Create(
                CultureInfo.InvariantCulture, $"gpu:{d.Index} {d.Name}, {d.Memory / (double)GibiByte:0.0} GiB ({d.Platform}, {d.Version})"))];
            if (settings.HasDevice) Kernels.Gpu.Hardware.Devices.Find(settings.DeviceIndex);
            return there.Select(d => Finding.Well("devices", d));
        }
        catch (DeviceException e)
        {
            return settings.HasDevice
                ? [Finding.Broken("devices", $"the setting Device is {settings.Device}, but {e.Message}", "install the driver of the GPU, or set VGPNN_DEVICE=cpu")]
                : [];
        }
    }

    /// <summary>Free space for temporary files, blobs and state.</summary>
    public static IReadOnlyList<Finding> Disk(SiloSettings settings)
    {
        var places = new Dictionary<string, string> { ["for temporary files"] = Path.GetTempPath() };
        if (StateChecks.IsLocal(settings.Blobs)) places["for blobs"] = settings.Blobs;
        if (settings.Storage.Length == 0) places["for the state"] = settings.Data;
        return [.. places.Select(place => Room(place.Key, place.Value))];
    }

    private static Finding Room(string what, string directory)
    {
        string there = StateChecks.Nearest(directory);
        long free;
        try
        {
            free = new DriveInfo(there).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Finding.Broken("disk", $"{directory}: {e.Message}", "name another place");
        }

        string says = string.Create(CultureInfo.InvariantCulture, $"{free / (double)GibiByte:0.0} GiB free {what} ({directory})");
        return free < TooLittleDisk ? Finding.Broken("disk", says, "make room, or name another place")
            : free < LittleDisk ? Finding.Doubtful("disk", says, "make room: from 10 GiB on large uploads have it")
            : Finding.Well("disk", says);
    }
}
