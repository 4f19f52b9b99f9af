using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Matching;

public class NearestNeighbourFieldTests
{
    private static readonly Extent Voxel = new(1, 1, 1);

    [Fact]
    public void Every_key_of_any_grid_round_trips_through_its_position() =>
        Properties.Holds(Properties.Extents(new Extent(2, 3, 4), new Extent(9, 20, 20)), keys =>
        {
            var patch = new Extent(2, 3, 4);
            Extent grid = keys.PatchGrid(patch);
            var field = new NearestNeighbourField(patch, keys, patch);
            for (int i = 0; i < grid.Count; i++)
            {
                field.SetLinearMatch(0, i, 1f);
                Assert.Equal(i, field.LinearMatch(0));
                (int t, int h, int w) = field.Match(0);
                Assert.Equal(i, (((t * grid.H) + h) * grid.W) + w);
                Assert.True(t < grid.T && h < grid.H && w < grid.W);
            }
        });

    [Fact]
    public void New_field_has_infinite_distances()
    {
        var field = new NearestNeighbourField(new Extent(2, 3, 4), new Extent(2, 2, 2), Voxel);
        Assert.Equal(24, field.Distances.Length);
        Assert.All(field.Distances, d => Assert.Equal(float.PositiveInfinity, d));
        Assert.Equal(0, field.LinearMatch(23));
    }

    [Theory]
    [InlineData(13, 1080, 1920, true)]
    [InlineData(511, 1 << 11, 1 << 11, true)]
    [InlineData(512, 1 << 11, 1 << 11, false)]
    [InlineData(0, 5, 5, false)]
    public void Key_volumes_beyond_31_bit_positions_are_rejected(int t, int h, int w, bool fits)
    {
        var keys = new Extent(t, h, w);
        Assert.Equal(fits, NearestNeighbourField.Fits(Voxel, keys));
        if (fits) Assert.Equal(keys, new NearestNeighbourField(Voxel, keys, Voxel).KeyGrid);
        else Assert.Throws<ArgumentOutOfRangeException>(() => new NearestNeighbourField(Voxel, keys, Voxel));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(8)]
    public void Match_outside_the_key_grid_is_rejected(int match)
    {
        var field = new NearestNeighbourField(Voxel, new Extent(2, 2, 2), Voxel);
        Assert.Throws<ArgumentOutOfRangeException>(() => field.SetLinearMatch(0, match, 0));
    }

    [Fact]
    public void Mean_distance_is_the_mean_of_all_distances()
    {
        var field = new NearestNeighbourField(new Extent(1, 1, 4), Voxel, Voxel);
        for (int i = 0; i < 4; i++) field.SetLinearMatch(i, 0, i);
        Assert.Equal(1.5, field.MeanDistance());
    }
}
