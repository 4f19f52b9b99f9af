using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Resampling;

public class ResamplerPropertyTests
{
    private static readonly Workers One = new(1);

    private sealed record Case(Extent Input, Extent Output, Scale Scale, int Channels, int Seed)
    {
        public Volume<float> Volume => RandomVolume.Noise(Input, Channels, Seed);
    }

    /// <summary>Arbitrary input and output sizes, with a scale that matches their ratio only roughly.</summary>
    private static Gen<Case> Any(double least = 0.15, double most = 3, int smallest = 1) =>
        from input in Properties.Extents(new Extent(smallest, smallest, smallest), new Extent(9, 26, 17))
        from t in Properties.Between(least, most)
        from h in Properties.Between(least, most)
        from w in Properties.Between(least, most)
        from extra in Gen.Choose(0, 1)
        from channels in Gen.Choose(1, 6)
        from seed in Gen.Choose(0, 1_000_000)
        let output = new Extent((int)Math.Ceiling(input.T * t) + extra, (int)Math.Ceiling(input.H * h), (int)Math.Ceiling(input.W * w) + extra)
        select new Case(input, output, new Scale(t, h, w), channels, seed);

    [Theory]
    [InlineData(BorderRule.Mirror)]
    [InlineData(BorderRule.FoldedDistance)]
    public void Resized_volume_agrees_with_the_naive_reference(BorderRule border) =>
        Properties.Holds(Any(), c => Near.Assert(
            NaiveResize.Resize(c.Volume, c.Output, c.Scale, border == BorderRule.FoldedDistance),
            Resampler.Resize(c.Volume, c.Output, c.Scale, One, border),
            5e-6));

    [Fact]
    public void Resized_bytes_equal_resized_floats_rounded_and_clamped() =>
        Properties.Holds(Any(), c =>
        {
            Volume<byte> bytes = RandomVolume.Noise<byte>(c.Input, c.Channels, c.Seed);
            Volume<float> expected = Resampler.Resize(bytes.Plain(), c.Output, c.Scale, One);
            foreach (ref float sample in expected.Samples) sample = Math.Clamp(sample, 0, 255);
            Near.Assert(expected, Resampler.Resize(bytes, c.Output, c.Scale, One).Plain(), 0.501);
        });

    [Fact]
    public void Resized_volume_does_not_depend_on_the_number_of_threads() =>
        Properties.Holds(Any(), c =>
        {
            Volume<byte> bytes = RandomVolume.Noise<byte>(c.Input, c.Channels, c.Seed);
            float[] expected = Resampler.Resize(c.Volume, c.Output, c.Scale, One).Samples.ToArray();
            byte[] expectedBytes = Resampler.Resize(bytes, c.Output, c.Scale, One).Samples.ToArray();
            foreach (int threads in (int[])[2, 3, 5])
            {
                Assert.Equal(expected, Resampler.Resize(c.Volume, c.Output, c.Scale, new Workers(threads)).Samples);
                Assert.Equal(expectedBytes, Resampler.Resize(bytes, c.Output, c.Scale, new Workers(threads)).Samples);
            }
        });

    [Fact]
    public void Resized_constant_stays_constant() =>
        Properties.Holds(Any(), c =>
        {
            var flat = new Volume<float>(c.Input, c.Channels);
            flat.Samples.Fill(0.7f);
            foreach (float sample in Resampler.Resize(flat, c.Output, c.Scale, One).Samples) Assert.Equal(0.7f, sample, 2e-6);
        });

    [Fact]
    public void Resized_ramp_stays_a_ramp_away_from_the_border() =>
        Properties.Holds(Any(0.4, 2.5, smallest: 9), c =>
        {
            var ramp = new Volume<float>(new Extent(1, 1, 40), 1);
            for (int i = 0; i < 40; i++) ramp.Samples[i] = i;
            double s = c.Scale.W;
            int size = (int)Math.Ceiling(40 * s);
            Volume<float> resized = Resampler.Resize(ramp, new Extent(1, 1, size), new Scale(1, 1, s), One);
            for (int i = 0; i < size; i++)
            {
                double position = (i / s) + 19.5 - ((size - 1) / (2 * s));
                double reach = 2 / Math.Min(1, s);
                if (position - reach < 0 || position + reach > 39) continue;

                // The widened kernel, sampled at integers, reproduces a ramp only approximately.
                Assert.Equal(position, resized.Samples[i], s < 1 ? 0.05 : 1e-4);
            }
        });

    [Fact]
    public void Resizing_a_reversed_volume_gives_the_reversed_result() =>
        Properties.Holds(Any(), c => Near.Assert(
            Reversed(Resampler.Resize(c.Volume, c.Output, c.Scale, One)),
            Resampler.Resize(Reversed(c.Volume), c.Output, c.Scale, One),
            4e-6));

    [Fact]
    public void Resizing_approximately_preserves_the_mean() =>
        Properties.Holds(Any(0.3, 2.5, smallest: 9), c =>
        {
            // Sizes that match the scale exactly, so that the window covers the whole volume.
            var output = new Extent(6, 7, 8);
            Volume<float> source = RandomVolume.Blobs(new Extent(9, 14, 17), c.Channels, c.Seed);
            Volume<float> resized = Resampler.Resize(source, output, new Scale(6 / 9.0, 7 / 14.0, 8 / 17.0), One);
            Assert.Equal(source.Samples.ToArray().Average(), resized.Samples.ToArray().Average(), 0.01);
        });

    [Fact]
    public void Mirror_border_equals_resizing_the_reflected_volume()
    {
        foreach ((int padding, int outputPadding) in ((int, int)[])[(8, 4), (8, 6), (10, 9), (8, 12), (4, 8)])
        {
            double s = (double)outputPadding / padding;
            Volume<float> source = RandomVolume.Noise(new Extent(3, 12, 12), 3, padding);
            var continued = new Volume<float>(new Extent(3, 12 + (2 * padding), 12 + (2 * padding)), 3);
            for (int t = 0; t < 3; t++)
            {
                for (int h = 0; h < continued.Extent.H; h++)
                {
                    for (int i = 0; i < continued.RowStride; i++)
                        continued.Row(t, h)[i] = source.Row(t, Mirror(h - padding, 12))[(Mirror((i / 3) - padding, 12) * 3) + (i % 3)];
                }
            }

            var size = new Extent(3, (int)(12 * s), (int)(12 * s));
            var whole = new Extent(3, size.H + (2 * outputPadding), size.W + (2 * outputPadding));
            Volume<float> expected = Resampler.Resize(continued, whole, new Scale(1, s, s), One);
            Volume<float> actual = Resampler.Resize(source, size, new Scale(1, s, s), One);
            for (int t = 0; t < 3; t++)
            {
                for (int h = 0; h < size.H; h++)
                {
                    Span<float> row = actual.Row(t, h);
                    Span<float> wanted = expected.Row(t, h + outputPadding).Slice(outputPadding * 3, row.Length);
                    for (int i = 0; i < row.Length; i++) Assert.Equal(wanted[i], row[i], 4e-6);
                }
            }
        }

        static int Mirror(int i, int n) => i < 0 ? -1 - i : i < n ? i : (2 * n) - 1 - i;
    }

    [Fact]
    public void Border_rules_differ_only_in_the_three_outermost_voxels_when_shrinking() =>
        Properties.Holds(Any(0.5, 0.999), c =>
        {
            Volume<float> source = RandomVolume.Noise(new Extent(12, 15, 18), c.Channels, c.Seed);
            var output = new Extent((int)Math.Ceiling(12 * c.Scale.T), (int)Math.Ceiling(15 * c.Scale.H), (int)Math.Ceiling(18 * c.Scale.W));
            Near.Assert(
                Resampler.Resize(source, output, c.Scale, One, BorderRule.FoldedDistance),
                Resampler.Resize(source, output, c.Scale, One, BorderRule.Mirror),
                2e-6,
                p => Inside(p.T, output.T) && Inside(p.H, output.H) && Inside(p.W, output.W));

            static bool Inside(int i, int n) => i >= 3 && i < n - 3;
        });

    [Fact]
    public void Scale_1_at_equal_size_returns_a_copy()
    {
        Volume<float> source = RandomVolume.Noise(new Extent(3, 4, 5), 3, 1);
        Volume<float> copy = Resampler.Resize(source, source.Extent, Scale.One, One);
        Assert.NotSame(source, copy);
        Assert.Equal(source.Samples, copy.Samples);
    }

    [Fact]
    public void Resizing_does_not_modify_the_source() =>
        Properties.Holds(Any(), c =>
        {
            Volume<float> source = c.Volume;
            Resampler.Resize(source, c.Output, c.Scale, One);
            Assert.Equal(c.Volume.Samples, source.Samples);
        });

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, -1, 1)]
    public void Scale_that_is_not_positive_is_rejected(double t, double h, double w) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Resampler.Resize(new Volume<float>(new Extent(2, 2, 2), 1), new Extent(1, 1, 1), new Scale(t, h, w), One));

    [Fact]
    public void Cancelled_resize_throws()
    {
        var source = new Volume<float>(new Extent(4, 8, 8), 3);
        var workers = new Workers(2, new CancellationToken(canceled: true));
        Assert.Throws<OperationCanceledException>(() => Resampler.Resize(source, new Extent(2, 4, 4), new Scale(0.5, 0.5, 0.5), workers));
    }

    private static Volume<float> Reversed(Volume<float> volume)
    {
        var reversed = new Volume<float>(volume.Extent, volume.Channels);
        int voxels = (int)volume.Extent.Count;
        for (int i = 0; i < voxels; i++)
            volume.Samples.Slice(i * volume.Channels, volume.Channels).CopyTo(reversed.Samples[((voxels - 1 - i) * volume.Channels)..]);
        return reversed;
    }
}
