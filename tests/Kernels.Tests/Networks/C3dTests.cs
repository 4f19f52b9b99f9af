using FsCheck.Fluent;
using Vgpnn.Kernels.Networks;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Networks;

public class C3dTests
{
    private static readonly Workers Workers = new(2);
    private static readonly Lazy<C3d>[] Networks =
        [.. Enum.GetValues<C3dLayer>().Select(layer => new Lazy<C3d>(() => new C3d(new RuleWeights(), layer)))];

    /// <summary>Rows of a layer computed from a band of the video have the same bits as if computed from the whole video.</summary>
    [Fact]
    public void Features_of_a_band_of_rows_equal_those_of_the_whole_video() => Properties.Holds(
        from layer in Gen.Elements(C3dLayer.Conv1, C3dLayer.Pool1, C3dLayer.Conv2, C3dLayer.Pool2, C3dLayer.Conv3a)
        from height in Gen.Choose(8, 45)
        from a in Gen.Choose(0, 1000)
        from b in Gen.Choose(0, 1000)
        select (layer, height, a, b),
        c =>
        {
            Volume<float> video = RandomVolume.Noise(new Extent(4, c.height, 9), 3, c.height);
            Volume<float> whole = Networks[(int)c.layer].Value.Features(video, Workers);
            int first = c.a % whole.Extent.H, end = first + 1 + (c.b % (whole.Extent.H - first));
            (int top, int bottom, int skipped) = C3d.RowsFor(c.layer, first, end, c.height);
            Assert.InRange(top, 0, bottom - 1);
            Assert.InRange(bottom, top + 1, c.height);
            var band = new Volume<float>(new Extent(4, bottom - top, 9), 3);
            for (int t = 0; t < 4; t++)
                for (int h = top; h < bottom; h++) video.Row(t, h).CopyTo(band.Row(t, h - top));
            Volume<float> part = Networks[(int)c.layer].Value.Features(band, Workers);
            for (int t = 0; t < whole.Extent.T; t++)
                for (int h = first; h < end; h++) Assert.Equal(whole.Row(t, h).ToArray(), part.Row(t, skipped + h - first).ToArray());
        },
        count: 40);

    /// <summary>Checks the sizes of bands for deep layers, without computing features.</summary>
    [Fact]
    public void Bands_for_deep_layers_contain_the_requested_rows_and_few_others() => Properties.Holds(
        from layer in Gen.Choose(0, (int)C3dLayer.Pool5)
        from height in Gen.Choose(64, 2160)
        from a in Gen.Choose(0, 10_000)
        from b in Gen.Choose(0, 10_000)
        select ((C3dLayer)layer, height, a, b),
        c =>
        {
            (C3dLayer layer, int height, int a, int b) = c;
            int rows = C3d.SizeOf(layer, new Extent(32, height, 64)).H;
            int first = a % rows, end = first + 1 + (b % (rows - first));
            (int top, int bottom, int skipped) = C3d.RowsFor(layer, first, end, height);
            Assert.True(C3d.SizeOf(layer, new Extent(32, bottom - top, 64)).H >= skipped + end - first);
            int stride = Math.Max(1, height / rows);
            Assert.InRange(bottom - top, 1, Math.Min(height, ((end - first) * (stride + 1)) + 200));
        });

    [Fact]
    public void Features_do_not_depend_on_the_number_of_threads()
    {
        Volume<float> video = RandomVolume.Noise(new Extent(4, 20, 26), 3, 1);
        C3d network = Networks[(int)C3dLayer.Conv3a].Value;
        Near.AssertEqual(network.Features(video, new Workers(1)), network.Features(video, new Workers(3)));
    }

    [Fact]
    public void Video_too_small_for_the_layer_is_rejected() =>
        Assert.Throws<ArgumentException>(() => Networks[(int)C3dLayer.Pool2].Value.Features(new Volume<float>(new Extent(1, 8, 8), 3), Workers));
}
