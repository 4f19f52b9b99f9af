namespace Vgpnn.Kernels.Volumes;

/// <summary>Per-axis resize factors of a volume; 1 leaves an axis unchanged.</summary>
/// <param name="T">Factor of the number of frames.</param>
/// <param name="H">Factor of the number of rows.</param>
/// <param name="W">Factor of the number of columns.</param>
public readonly record struct Scale(double T, double H, double W)
{
    /// <summary>Factor 1 on all axes.</summary>
    public static Scale One => new(1, 1, 1);

    /// <summary>Per-axis product.</summary>
    public static Scale operator *(Scale a, Scale b) => new(a.T * b.T, a.H * b.H, a.W * b.W);

    /// <summary>Per-axis quotient.</summary>
    public static Scale operator /(Scale a, Scale b) => new(a.T / b.T, a.H / b.H, a.W / b.W);
}
