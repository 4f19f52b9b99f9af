namespace Vgpnn.Kernels.Volumes;

/// <summary>A size in voxels: frames × rows × columns.</summary>
/// <param name="T">Frames.</param>
/// <param name="H">Rows.</param>
/// <param name="W">Columns.</param>
public readonly record struct Extent(int T, int H, int W)
{
    /// <summary>Number of voxels.</summary>
    public long Count => (long)T * H * W;

    /// <summary>The shorter side of a frame.</summary>
    public int ShortSide => Math.Min(H, W);

    /// <summary>Grid of positions where a patch of the given size fits (stride 1, no padding).</summary>
    public Extent PatchGrid(Extent patch) => new(T - patch.T + 1, H - patch.H + 1, W - patch.W + 1);

    /// <summary>Whether at least one patch of the given size fits.</summary>
    public bool Holds(Extent patch) => T >= patch.T && H >= patch.H && W >= patch.W;

    /// <summary>Per-axis minimum of two sizes.</summary>
    public static Extent Min(Extent a, Extent b) => new(Math.Min(a.T, b.T), Math.Min(a.H, b.H), Math.Min(a.W, b.W));

    /// <inheritdoc/>
    public override string ToString() => $"{T}×{H}×{W}";
}
