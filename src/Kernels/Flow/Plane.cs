using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Threading;

namespace Vgpnn.Kernels.Flow;

/// <summary>
/// One number per pixel, with a margin all around, so that vectors of eight may be read and written anywhere in a row and
/// a little beyond it. The margin repeats the border once <see cref="Extend"/> was called, and is arbitrary but finite before.
/// </summary>
internal sealed class Plane
{
    /// <summary>Pixels of margin on every side: how far a patch may stray out of the picture.</summary>
    public const int Margin = 16;

    private const int Band = 16;

    private readonly float[] _samples;

    public Plane(int height, int width)
    {
        _samples = new float[Floats(height, width)];
        Reshape(height, width);
    }

    /// <summary>Rows.</summary>
    public int Height { get; private set; }

    /// <summary>Columns.</summary>
    public int Width { get; private set; }

    /// <summary>Numbers from one row to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>The first number of row 0; indices from −Margin rows and columns on are valid.</summary>
    public ref float Origin
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_samples), (Margin * Stride) + Margin);
    }

    /// <summary>The number at row <paramref name="y"/> and column <paramref name="x"/>.</summary>
    public ref float this[int y, int x]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref Origin, (y * Stride) + x);
    }

    /// <summary>Numbers that a plane of this size holds.</summary>
    public static long Floats(int height, int width) => (long)(height + (2 * Margin)) * StrideOf(width);

    /// <summary>Eight numbers from (<paramref name="y"/>, <paramref name="x"/>) on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Load(int y, int x) => Vector256.LoadUnsafe(ref this[y, x]);

    /// <summary>Gives the plane another size that is no larger than its first; its numbers mean nothing then.</summary>
    public void Reshape(int height, int width)
    {
        if (Floats(height, width) > _samples.Length) throw new ArgumentOutOfRangeException(nameof(height));
        (Height, Width, Stride) = (height, width, StrideOf(width));
    }

    /// <summary>Calls <paramref name="row"/> for every row, a band of rows as one piece of work.</summary>
    public static void ForRows(int height, Workers workers, Action<int> row) =>
        workers.For((height + Band - 1) / Band, band =>
        {
            for (int y = band * Band; y < Math.Min(height, (band + 1) * Band); y++) row(y);
        });

    /// <summary>Repeats the border in the margin.</summary>
    public void Extend()
    {
        for (int y = 0; y < Height; y++)
        {
            MemoryMarshal.CreateSpan(ref this[y, -Margin], Margin).Fill(this[y, 0]);
            MemoryMarshal.CreateSpan(ref this[y, Width], Stride - Width - Margin).Fill(this[y, Width - 1]);
        }

        for (int m = 1; m <= Margin; m++)
        {
            Whole(0).CopyTo(Whole(-m));
            Whole(Height - 1).CopyTo(Whole(Height - 1 + m));
        }
    }

    private Span<float> Whole(int y) => MemoryMarshal.CreateSpan(ref this[y, -Margin], Stride);

    // The last vector of a row may begin at its last pixel.
    private static int StrideOf(int width) => width + (2 * Margin);
}
