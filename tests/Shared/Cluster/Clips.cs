using System.Collections.Concurrent;
using System.Security.Cryptography;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Media;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Testing.Cluster;

/// <summary>Small clips as files, and the samples that the engine makes of them without a server.</summary>
internal static class Clips
{
    private static readonly ConcurrentDictionary<SampleKey, string> Expected = new();
    private static readonly Lazy<Task<byte[]>> Small = new(() => Task.Run(() => MakeAsync(new Extent(8, 32, 48), 1)));

    /// <summary>Settings with which a sample of a small clip takes a fraction of a second.</summary>
    public static MethodOptions Quick { get; } = new() { Iterations = 2, Noise = 3 };

    /// <summary>A clip of moving blobs, 8 frames of 48×32.</summary>
    public static Task<byte[]> SmallAsync() => Small.Value;

    /// <summary>A clip of moving blobs.</summary>
    public static async Task<byte[]> MakeAsync(Extent size, int seed)
    {
        string path = Path.Combine(Path.GetTempPath(), $"vgpnn-clip-{Guid.NewGuid():N}.mp4");
        try
        {
            Clip clip = Clip.FromVolume(RandomVolume.Blobs(size, 3, seed), new FrameRate(10, 1));
            await ClipWriter.WriteAsync(clip, path, ClipFormat.Mp4);
            return await File.ReadAllBytesAsync(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The hashes of samples made without a server.</summary>
    public static async Task<string[]> ExpectedAsync(byte[] video, MethodOptions options, ulong seed, int samples)
    {
        string clip = Convert.ToHexString(SHA256.HashData(video));
        SampleKey[] keys = [.. Enumerable.Range(0, samples).Select(i => new SampleKey(clip, options, seed, i))];
        if (!keys.All(Expected.ContainsKey))
        {
            string path = Path.Combine(Path.GetTempPath(), $"vgpnn-clip-{Guid.NewGuid():N}.mp4");
            try
            {
                await File.WriteAllBytesAsync(path, video);
                var sampler = new Generator((await ClipReader.ReadAsync(path)).Clip, options);
                foreach (SampleKey key in keys.Where(k => !Expected.ContainsKey(k)))
                    Expected[key] = sampler.Sample(seed, key.Index, new Workers(2)).ContentHash();
            }
            finally
            {
                File.Delete(path);
            }
        }

        return [.. keys.Select(k => Expected[k])];
    }

    private sealed record SampleKey(string Clip, MethodOptions Options, ulong Seed, int Index);
}
