using System.Text.Json;
using Vgpnn.Kernels.Networks;
using Vgpnn.Kernels.Networks.Raft;
using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Kernels.Networks.Raft.Upsampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Networks;

/// <summary>Compares both RAFT networks with the official program step by step, using random weights.</summary>
public class RaftConformanceTests
{
    private static readonly Workers Workers = new(2);
    private static readonly Volume<byte> Frames = ReadFrames();
    private static readonly Dictionary<RaftSize, Lazy<IWeightSource>> Sources = new()
    {
        [RaftSize.Small] = new(() => new NpzWeights(Vectors.PathOf("10_raft/small/weights.npz"))),
        [RaftSize.Large] = new(() => new RuleWeights()),
    };

    public static TheoryData<RaftSize> Sizes => [RaftSize.Small, RaftSize.Large];

    [Fact]
    public void Generated_weights_of_the_large_network_equal_those_of_the_vectors()
    {
        foreach (JsonElement parameter in Vectors.Cases("10_raft/large/params"))
        {
            float[] values = RuleWeights.Make(parameter.GetProperty("name").GetString()!, parameter.Ints("shape"));
            Assert.Equal(parameter.GetProperty("sum").GetDouble(), values.Sum(v => (double)v), 1e-6);
            Assert.Equal(parameter.GetProperty("first").Doubles(), values.Take(3).Select(v => (double)v));
        }
    }

    [Fact]
    public void Large_network_reads_exactly_its_weights()
    {
        var source = new RuleWeights();
        _ = new RaftFlow(source);

        // norm3 and downsample.1 are the same parameters.
        IEnumerable<string> names = Vectors.Cases("10_raft/large/params").Select(p => p.GetProperty("name").GetString()!)
            .Where(n => !n.Contains(".norm3.", StringComparison.Ordinal));
        Assert.Equal(names.Order(), source.Asked.Select(a => a.Name).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Features_agree_with_the_official_program(RaftSize size)
    {
        RaftPair pair = Pair(size);
        AssertNear($"{size}/fnet1", pair.First, 1e-4);
        if (size == RaftSize.Small) AssertNear("Small/cnet", pair.Context, 1e-4);
    }

    [Theory]
    [InlineData(RaftSize.Small, true)]
    [InlineData(RaftSize.Small, false)]
    [InlineData(RaftSize.Large, true)]
    [InlineData(RaftSize.Large, false)]
    public void Correlations_stored_or_on_demand_agree_with_the_official_program(RaftSize size, bool kept)
    {
        RaftPair pair = Pair(size, kept);
        AssertNear($"{size}/corr_lookup0", pair.Lookup(Workers), 1e-3, OfLookup(RaftSizes.Of(size).Side));
        if (size == RaftSize.Large) return;
        SetFlow(pair.Flow, "10_raft/small/corr_lookup_offset_flow");
        AssertNear("Small/corr_lookup_offset", pair.Lookup(Workers), 1e-3, OfLookup(RaftSizes.Of(size).Side));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Flow_after_1_4_and_12_updates_agrees_with_the_official_program(RaftSize size)
    {
        RaftPair pair = Pair(size);
        AssertNear($"{size}/delta_flow0", pair.Step(Workers), 1e-5);
        for (int i = 1; i < 12; i++)
        {
            if (i == 4) AssertNear($"{size}/flow_low_it4", pair.Flow, 1e-4);
            pair.Step(Workers);
        }

        AssertNear($"{size}/flow_low_it12", pair.Flow, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Upsampled_flow_agrees_with_the_official_program(RaftSize size)
    {
        var flow = new RaftFlow(Sources[size].Value, iterations: 12);
        Volume<float> found = flow.Estimate(Frames, 0, 1, Workers);

        Assert.Equal(size, flow.Size);
        Npy expected = Vectors.Array($"10_raft/{Folder(size)}/flow_up_it12");
        Assert.Equal([2, found.Extent.H, found.Extent.W], expected.Shape);
        Compare(expected, (c, i) => found.Samples[(i * 2) + c], 1e-3);
    }

    [Fact]
    public void Convex_upsampling_weights_agree_with_the_official_program()
    {
        RaftPair pair = Pair(RaftSize.Large);
        pair.Step(Workers);
        FeatureMap mask = new ConvexUpsampling(Sources[RaftSize.Large].Value, 128).Weigh(pair.State, Workers);
        AssertNear("Large/up_mask0_rows0_1", mask, 1e-4);
    }

    private static RaftPair Pair(RaftSize size, bool kept = true) =>
        new(new RaftNetwork(Sources[size].Value, size), Frames, 0, 1, kept ? long.MaxValue : 0, Workers);

    private static string Folder(RaftSize size) => size == RaftSize.Small ? "small" : "large";

    // The official order is level, x offset, y offset.
    private static Func<int, int> OfLookup(int side) => c =>
    {
        int position = c % (side * side);
        return c - position + (position % side * side) + (position / side);
    };

    private static void AssertNear(string name, FeatureMap map, double tolerance, Func<int, int>? channel = null)
    {
        string[] parts = name.Split('/');
        Npy expected = Vectors.Array($"10_raft/{Folder(Enum.Parse<RaftSize>(parts[0]))}/{parts[1]}");
        Assert.Equal([map.Channels, map.Extent.W], (int[])[expected.Shape[0], expected.Shape[2]]);
        int width = map.Extent.W;
        Compare(expected, (c, i) => map.Row(0, i / width)[(i % width * map.Channels) + (channel?.Invoke(c) ?? c)], tolerance);
    }

    private static void Compare(Npy expected, Func<int, int, float> found, double tolerance)
    {
        int positions = expected.Shape[1] * expected.Shape[2];
        double worst = 0;
        for (int i = 0; i < expected.Values.Length; i++)
            worst = Math.Max(worst, Math.Abs(expected.Values[i] - found(i / positions, i % positions)));
        Assert.True(worst <= tolerance, $"off by {worst:G3}");
    }

    private static void SetFlow(FeatureMap flow, string name)
    {
        Npy values = Vectors.Array(name);
        int positions = flow.Extent.H * flow.Extent.W;
        for (int i = 0; i < values.Values.Length; i++)
        {
            (int c, int position) = Math.DivRem(i, positions);
            flow.Row(0, position / flow.Extent.W)[(2 * (position % flow.Extent.W)) + c] = (float)values.Values[i];
        }
    }

    private static Volume<byte> ReadFrames()
    {
        Npy[] frames = [Vectors.Array("10_raft/frame1"), Vectors.Array("10_raft/frame2")];
        var video = new Volume<byte>(new Extent(2, frames[0].Shape[1], frames[0].Shape[2]), 3);
        int positions = video.Extent.H * video.Extent.W;
        for (int t = 0; t < 2; t++)
            for (int i = 0; i < positions * 3; i++)
                video.Frame(t)[i] = (byte)frames[t].Values[(i % 3 * positions) + (i / 3)];
        return video;
    }
}
