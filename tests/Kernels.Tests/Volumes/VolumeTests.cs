using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Volumes;

public class VolumeTests
{
    [Fact]
    public void Rows_and_frames_are_slices_of_the_components()
    {
        Volume<float> volume = RandomVolume.Noise(new Extent(3, 4, 5), 2, 1);
        Assert.Equal(3 * 4 * 5 * 2, volume.Count);
        Assert.Equal(volume.Samples.Slice(40, 40), volume.Frame(1));
        Assert.Equal(volume.Samples.Slice(40 + 30, 10), volume.Row(1, 3));
    }

    [Fact]
    public void Clone_does_not_share_components()
    {
        Volume<float> volume = RandomVolume.Noise(new Extent(2, 2, 2), 3, 1);
        float first = volume.Samples[0];
        Volume<float> copy = volume.Clone();
        copy.Samples[0] = first + 1;
        Assert.Equal(first, volume.Samples[0]);
        Assert.Equal(volume.Samples[1..], copy.Samples[1..]);
    }

    [Fact]
    public void Volume_allocates_exactly_the_bytes_it_reports() =>
        Assert.Equal(new Volume<float>(new Extent(3, 4, 5), 3).Buffer.LongLength * sizeof(float), Volume.Bytes<float>(new Extent(3, 4, 5), 3));

    [Theory]
    [InlineData(0, 1, 1, 1)]
    [InlineData(1, 0, 1, 1)]
    [InlineData(1, 1, -1, 1)]
    [InlineData(1, 1, 1, 0)]
    [InlineData(1 << 15, 1 << 15, 1 << 15, 3)]
    public void Volume_of_an_invalid_size_is_rejected(int t, int h, int w, int channels) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Volume<float>(new Extent(t, h, w), channels));

    [Fact]
    public void Patch_grid_has_one_position_per_patch_that_fits()
    {
        Assert.Equal(new Extent(1, 4, 6), new Extent(3, 10, 12).PatchGrid(new Extent(3, 7, 7)));
        Assert.True(new Extent(3, 7, 7).Holds(new Extent(3, 7, 7)));
        Assert.False(new Extent(3, 7, 6).Holds(new Extent(3, 7, 7)));
    }
}
