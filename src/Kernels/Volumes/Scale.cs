namespace Vgpnn.Kernels.Volumes;

/// <summary>Factors by which the three axes of a volume are resized; 1 leaves an axis as it is.</summary>
/// <param name="T">Factor of the number of frames.</param>
/// <param name="H">Factor of the number of rows.</param>
/// <param name="W">Factor of the number of columns.</param>
public readonly record struct Scale(double T, double H, double W)
{
    /// <summary>The factor 1 on all axes.</summary>
    public static Scale One => new(1, 1, 1);

    /// <summary>Axis by axis the product.</summary>
    public static Scale operator *(Scale a, Scale b) => new(a.T * b.T, a.H * b.H, a.W * b.W);

    /// <summary>Axis by axis the quotient.</summary>
    public static Scale operator /(Scale a, Scale b) => new(a.T / b.T, a.H / b.H, a.W / b.W);
}
