using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Benchmarks;

/// <summary>Inputs of the benchmarks: two moments of one synthetic scene, one as Q and one as K and V.</summary>
internal static class Cases
{
    /// <summary>Default patch.</summary>
    public static readonly Extent Patch = new(3, 7, 7);

    /// <summary>A single thread, to measure kernels instead of the machine.</summary>
    public static readonly Workers Alone = new(1);

    /// <summary>Size of the volumes; tests reduce it.</summary>
    public static Extent Size { get; set; } = new(5, 144, 256);

    /// <summary>Size for exhaustive search.</summary>
    public static Extent SmallSize => Extent.Min(Size, new Extent(5, 27, 48));

    public static Volume<T> Query<T>(Extent size)
        where T : unmanaged => Scene<T>(size, 40);

    public static Volume<T> Keys<T>(Extent size)
        where T : unmanaged => Scene<T>(size, 0);

    public static SearchTask<T> Task<T>(Extent size)
        where T : unmanaged => Task<T>(size, Patch);

    public static SearchTask<T> Task<T>(Extent size, Extent patch)
        where T : unmanaged => new()
        {
            Query = Query<T>(size),
            Keys = Keys<T>(size),
            Patch = patch,
            Field = new NearestNeighbourField(size, size, patch),
            Seed = 1,
        };

    private static Volume<T> Scene<T>(Extent size, int firstFrame)
        where T : unmanaged
    {
        Volume<byte> bytes = SyntheticScene.Render(size, firstFrame, Alone);
        return typeof(T) == typeof(byte) ? (Volume<T>)(Volume)bytes : (Volume<T>)(Volume)ColourConversion.ToFloat(bytes);
    }
}
