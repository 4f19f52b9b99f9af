using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Tests.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests;

/// <summary>
/// Hashes of kernel results. The test assembly is also a program that prints them, so that a test can compare processes with different
/// instruction sets.
/// </summary>
internal static class Probe
{
    private static readonly Workers Two = new(2);

    public static void Main(string[] arguments)
    {
        if (arguments is [Engines.Golden.Argument])
        {
            Engines.Golden.Print();
            return;
        }

        Console.WriteLine($"{Width128} {Vector128.IsHardwareAccelerated}");
        Console.WriteLine($"{Width256} {Vector256.IsHardwareAccelerated}");
        foreach (string line in Hashes()) Console.WriteLine(line);
    }

    public const string Width128 = "vectors of 128 bits in hardware:";
    public const string Width256 = "vectors of 256 bits in hardware:";

    /// <summary>Returns one line per kernel and component type: its name and the SHA-256 of the result's bits.</summary>
    public static IEnumerable<string> Hashes() =>
    [
        .. Hashes<float>(),
        .. Hashes<byte>(),
        Line("flow", new DenseInverseSearch().Estimate(RandomVolume.Blobs<byte>(new Extent(2, 37, 45), 3, 1), 0, 1, Two).Samples),
        Line("noise", Enumerable.Range(0, 1000).Select(i => GaussianNoise.Sample(Hash.Derive(1, (ulong)i))).ToArray()),
    ];

    private static IEnumerable<string> Hashes<T>()
        where T : unmanaged
    {
        foreach (int channels in (int[])[1, 3, 4, 5])
        {
            Volume<T> source = RandomVolume.Noise<T>(new Extent(5, 13, 17), channels, channels);
            foreach (Scale scale in (Scale[])[new(0.7, 0.6, 0.55), new(1.3, 1.2, 1.45)])
            {
                var size = new Extent((int)Math.Ceiling(5 * scale.T), (int)Math.Ceiling(13 * scale.H), (int)Math.Ceiling(17 * scale.W));
                foreach (BorderRule border in Enum.GetValues<BorderRule>())
                    yield return Line($"resize {typeof(T).Name} {channels} {scale} {border}", Resampler.Resize(source, size, scale, Two, border).Samples);
            }
        }

        foreach ((Extent patch, int channels) in ((Extent, int)[])
                 [(new(3, 7, 7), 3), (new(3, 5, 5), 3), (new(2, 4, 4), 3), (new(1, 1, 1), 3), (new(3, 5, 5), 4), (new(1, 3, 9), 5), (new(3, 7, 7), 1)])
        {
            string what = $"{typeof(T).Name} {patch} {channels}";
            Volume<T> query = RandomVolume.Noise<T>(new Extent(4, 12, 15), channels, 7), keys = RandomVolume.Noise<T>(new Extent(5, 11, 14), channels, 8);
            NearestNeighbourField? field = null;
            foreach (SearchMethod method in Searches.All)
            {
                field = Searches.Run(method, query, keys, patch, threads: 2, seed: 9);
                yield return Line($"{method} positions {what}", field.Positions);
                yield return Line($"{method} distances {what}", field.Distances);
            }

            foreach (VoteRule rule in Enum.GetValues<VoteRule>())
            {
                var output = new Volume<T>(query.Extent, channels);
                PatchVoting.Vote(keys, field!, patch, rule, output, Two);
                yield return Line($"{rule} {what}", output.Samples);
            }
        }
    }

    private static string Line<T>(string what, ReadOnlySpan<T> values)
        where T : unmanaged => $"{what} {Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)))}";

    private static string Line<T>(string what, Span<T> values)
        where T : unmanaged => Line(what, (ReadOnlySpan<T>)values);

    private static string Line<T>(string what, T[] values)
        where T : unmanaged => Line(what, (ReadOnlySpan<T>)values);
}
