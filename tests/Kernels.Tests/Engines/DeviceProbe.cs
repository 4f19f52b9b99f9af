using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Vgpnn.Kernels.OpenCl;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>Runs every kernel once on the first device, on volumes small enough for a simulator, and prints hashes of what they leave.</summary>
internal static partial class DeviceProbe
{
    public const string Argument = "opencl";

    private static readonly Extent Patch = new(2, 3, 3);
    private static readonly string[] Sources = ["Search", "Vote", "Resample"];

    /// <summary>The kernels that samples are made with, by the sources.</summary>
    public static IEnumerable<string> Kernels => Sources.SelectMany(
        name => KernelName().Matches(DeviceSession.Source(name)).Select(m => m.Groups[1].Value));

    public static void Run()
    {
        using var session = new DeviceSession(OpenClDevice.Find(), measures: true) { KeepsBuffers = true };
        using var engine = new OpenClEngine(session);
        Console.WriteLine($"device {engine.Session.Device.Name}");
        Volume<byte> values = RandomVolume.Noise<byte>(new Extent(3, 6, 9), 3, 1), small = RandomVolume.Noise<byte>(new Extent(2, 4, 14), 3, 2);
        Volume<float> noise = RandomVolume.Noise(new Extent(2, 4, 6), 3, 3);
        using DeviceVolume keys = engine.Upload(values), coarse = engine.Upload([small, small]);
        using DeviceVolume query = engine.Resize(coarse, new Extent(2, 5, 17), new Scale(1, 1.25, 17 / 14.0));
        Print("resized", engine, query);
        using DeviceSeeds seeds = engine.Seeds([1, 2]);
        using (DeviceVolume wide = engine.UploadWide([noise, noise]))
        using (DeviceField field = engine.Field(noise.Extent, values.Extent, Patch, 2))
        using (DeviceVolume output = engine.Allocate(noise.Extent, 2))
        {
            engine.Exhaustive(new DeviceSearch { Query = wide, Keys = keys, Field = field, Seeds = seeds });
            engine.Vote(keys, field, VoteRule.Median, output);
            Print("coarsest", engine, output);
        }

        using DeviceField users = engine.Field(values.Extent, small.Extent, Patch);
        using DeviceVolume one = engine.Upload(small);
        engine.Exhaustive(new DeviceSearch { Query = keys, Keys = one, Field = users, Seeds = seeds });
        using DeviceWeights complete = engine.CompletenessWeights(users, 1);
        using DeviceField back = engine.Field(small.Extent, values.Extent, Patch);
        using (DeviceVolume output = engine.Allocate(small.Extent))
        {
            engine.Exhaustive(new DeviceSearch { Query = one, Keys = keys, Field = back, Weights = complete, Seeds = seeds });
            engine.Vote(keys, back, VoteRule.Gaussian, output);
            Print("complete", engine, output);
        }

        float[] some = [.. Enumerable.Range(0, (int)values.Extent.PatchGrid(Patch).Count).Select(i => i % 4 == 0 ? float.PositiveInfinity : 1)];
        using DeviceWeights allowed = engine.Weights(some, values.Extent, Patch);
        using DeviceField matches = engine.Field(query.Extent, values.Extent, Patch, 2);
        foreach (DeviceWeights? weights in (DeviceWeights?[])[null, allowed])
        {
            engine.JumpFlood(new DeviceSearch
            {
                Query = query,
                Keys = keys,
                Field = matches,
                Weights = weights,
                Seeds = seeds,
                Iteration = weights is null ? 0 : 2,
            });
            engine.Vote(keys, matches, VoteRule.Median, query);
            Print(weights is null ? "level" : "allowed", engine, query);
        }

        using (PendingMeans means = engine.BeginMeanDistances(matches))
            Console.WriteLine($"distances {string.Join(' ', means.Wait().Select(d => BitConverter.DoubleToInt64Bits(d)))}");
        foreach (string kernel in engine.Session.TakeLaunches().Select(l => l.Kernel).Distinct().Order(StringComparer.Ordinal))
            Console.WriteLine($"kernel {kernel}");
    }

    private static void Print(string what, OpenClEngine engine, DeviceVolume volume)
    {
        Volume<byte>[] host = [.. Enumerable.Range(0, volume.Samples).Select(_ => new Volume<byte>(volume.Extent, 3))];
        engine.Download(volume, host);
        foreach (Volume<byte> sample in host) Console.WriteLine($"{what} {Convert.ToHexStringLower(SHA256.HashData(sample.Samples))}");
    }

    [GeneratedRegex(@"__kernel[^;{]*?void\s+(\w+)\(")]
    private static partial Regex KernelName();
}
