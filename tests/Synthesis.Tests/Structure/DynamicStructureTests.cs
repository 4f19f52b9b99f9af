using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Structure;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Structure;

public class DynamicStructureTests
{
    [Theory]
    [InlineData("mild")]
    [InlineData("heavy")]
    public void Speeds_are_magnitudes_resized_like_the_official_program(string id)
    {
        Npy flow = Vectors.Array($"09_kmeans/{id}_flow"), norm = Vectors.Array($"09_kmeans/{id}_norm");
        var motions = new Extent(norm.Shape[0], norm.Shape[1], norm.Shape[2]);
        var magnitudes = new Volume<float>(motions, 1);
        for (int i = 0; i < magnitudes.Count; i++) magnitudes.Samples[i] = (float)norm.Values[i];
        Extent size = motions with { T = motions.T + 1 };
        var workers = new Workers(2);

        Volume<float> speed = DynamicStructure.Speed(new Volume<byte>(size, 3), new StoredFlow(flow), workers);

        Near.Assert(Resampler.Resize(magnitudes, size, new Scale((double)size.T / motions.T, 1, 1), workers), speed, 1e-4);

        // That program also resizes them to the video's size in one step, with its own border rule.
        Npy expected = Vectors.Array($"09_kmeans/{id}_magnitude");
        var small = new Extent(expected.Shape[0], expected.Shape[1], expected.Shape[2]);
        var scale = new Scale((double)small.T / motions.T, (double)small.H / motions.H, (double)small.W / motions.W);
        Volume<float> resized = Resampler.Resize(magnitudes, small, scale, workers, BorderRule.FoldedDistance);
        for (int i = 0; i < resized.Count; i++) Assert.Equal(expected.Values[i], resized.Samples[i], 2e-4);
    }

    [Theory]
    [InlineData("mild", 4)]
    [InlineData("mild", 8)]
    [InlineData("levels", 4)]
    [InlineData("few", 8)]
    public void Speed_bins_become_fourth_roots(string id, int bins)
    {
        Npy magnitude = Vectors.Array($"09_kmeans/{id}_magnitude");
        double[] mapped = Vectors.Array($"09_kmeans/{id}_bins{bins}_mapped").Values.ToArray();
        var speed = new Volume<float>(new Extent(1, 1, magnitude.Values.Length), 1);
        for (int i = 0; i < speed.Count; i++) speed.Samples[i] = (float)magnitude.Values[i];

        Volume<float> quantised = DynamicStructure.Quantised(speed, bins, new Workers(2));

        int same = Enumerable.Range(0, mapped.Length).Count(i => Math.Abs(mapped[i] - quantised.Samples[i]) <= 1e-6);
        Assert.InRange(same, mapped.Length * 0.98, mapped.Length);
    }

    [Fact]
    public void Moving_and_static_regions_get_different_structure()
    {
        // The left half is static, the right half moves down by one pixel per frame.
        var video = new Volume<byte>(new Extent(6, 48, 64), 3);
        for (int t = 0; t < 6; t++)
            for (int h = 0; h < 48; h++)
                for (int w = 0; w < 64; w++)
                    video.Row(t, h).Slice(3 * w, 3).Fill((byte)(Hash.Mix((ulong)((((w < 32 ? h : h - t + 64) / 3 * 64) + (w / 3)))) & 0xFF));
        var workers = new Workers(2);

        Volume<float> structure = DynamicStructure.Quantised(DynamicStructure.Speed(video, new DenseInverseSearch(), workers), 2, workers);

        Assert.Equal((video.Extent, 1), (structure.Extent, structure.Channels));
        for (int t = 0; t < 6; t++)
            for (int h = 8; h < 40; h++)
                for (int w = 8; w < 56; w++)
                    if (w is < 24 or >= 40) Assert.Equal(w < 32 ? 0 : 1, structure.Row(t, h)[w]);
    }

    [Fact]
    public void Static_video_has_zero_structure()
    {
        Clip still = TestClip.Blobs(1, 20, 24, seed: 1);
        var clip = new Clip([still.Frames[0], still.Frames[0], still.Frames[0]], 24, 20, still.FrameRate);

        Volume<float> speed = DynamicStructure.Speed(clip.ToBytes(), new DenseInverseSearch(), new Workers(1));

        Assert.All(speed.Samples.ToArray(), s => Assert.InRange(s, -DynamicStructure.Still, DynamicStructure.Still));
        Assert.All(DynamicStructure.Quantised(new Volume<float>(clip.Extent, 1), 5, new Workers(1)).Samples.ToArray(), s => Assert.Equal(0, s));
    }

    // Returns the flow of a vector, for any video.
    private sealed class StoredFlow(Npy flow) : IOpticalFlow
    {
        public Volume<float> Estimate(Volume<byte> video, int from, int to, Workers workers, Action<double>? progress = null)
        {
            int frames = flow.Shape[1], frame = flow.Shape[2] * flow.Shape[3];
            var result = new Volume<float>(new Extent(1, flow.Shape[2], flow.Shape[3]), 2);
            for (int c = 0; c < 2; c++)
                for (int i = 0; i < frame; i++)
                    result.Samples[(2 * i) + c] = (float)flow.Values[(((c * frames) + from) * frame) + i];
            return result;
        }

        public long WorkingBytes(int height, int width) => 0;

        public long WeightBytes => 0;
    }
}
