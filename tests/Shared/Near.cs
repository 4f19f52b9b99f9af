using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Testing;

/// <summary>Compares volumes.</summary>
internal static class Near
{
    /// <summary>Asserts equal sizes, and differences of at most <paramref name="tolerance"/>.</summary>
    public static void Assert(Volume<float> expected, Volume<float> actual, double tolerance, string what = "") =>
        Assert(expected, actual, tolerance, _ => true, what);

    /// <summary>Asserts equal sizes and values (as numbers: also infinities, and zeros of either sign).</summary>
    public static void AssertEqual(Volume<float> expected, Volume<float> actual)
    {
        Xunit.Assert.Equal((expected.Extent, expected.Channels), (actual.Extent, actual.Channels));
        Xunit.Assert.Equal(expected.Samples.ToArray(), actual.Samples.ToArray());
    }

    /// <summary>Asserts equal sizes, and differences of at most <paramref name="tolerance"/> at the chosen voxels (t, h, w).</summary>
    public static void Assert(
        Volume<float> expected, Volume<float> actual, double tolerance, Func<(int T, int H, int W), bool> where, string what = "")
    {
        Xunit.Assert.Equal((expected.Extent, expected.Channels), (actual.Extent, actual.Channels));
        for (int i = 0; i < expected.Count; i++)
        {
            int voxel = i / expected.Channels;
            Extent extent = expected.Extent;
            (int, int, int) place = (voxel / (extent.H * extent.W), voxel / extent.W % extent.H, voxel % extent.W);
            if (!where(place)) continue;
            float e = expected.Samples[i], a = actual.Samples[i];
            if (!(Math.Abs((double)e - a) <= tolerance))
                Xunit.Assert.Fail($"{what} at {place}, channel {i % expected.Channels}: expected {e:R}, found {a:R}, off by {Math.Abs(e - a):G3}");
        }
    }
}
