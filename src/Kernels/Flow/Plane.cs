using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Threading;

namespace Vgpnn.Kernels.Flow;

/// <summary>
/// One float per pixel with a margin on all sides, so that vectors of eight can be read and written anywhere in a row and slightly beyond
/// it. The margin repeats the border after <see cref="Extend"/>, and is arbitrary but finite before.
/// </summary>
internal sealed class Plane
{
    /// <summary>Margin on every side in pixels: the maximum distance of a patch outside the frame.</summary>
    public const int Margin = 16;

    private const int Band = 16;

    private readonly float[] _samples;

    public Plane(int height, int width)
    {
        _samples = new float[Floats(height, width)];
        Reshape(height, width);
    }

    public int Height { get; private set; }

    public int Width { get; private set; }

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>Reference to the first float of row 0; rows and columns are valid from −<see cref="Margin"/>.</summary>
    public ref float Origin
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_samples), (Margin * Stride) + Margin);
    }

    /// <summary>The value at row <paramref name="y"/> and column <paramref name="x"/>.</summary>
    public ref float this[int y, int x]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref Origin, (y * Stride) + x);
    }

    /// <summary>Number of floats in a plane of this size.</summary>
    public static long Floats(int height, int width) => (long)(height + (2 * Margin)) * StrideOf(width);

    /// <summary>Loads eight floats starting at (<paramref name="y"/>, <paramref name="x"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Load(int y, int x) => Vector256.LoadUnsafe(ref this[y, x]);

    /// <summary>Changes the size, to at most the initial one; values are undefined afterwards.</summary>
    public void Reshape(int height, int width)
    {
        if (Floats(height, width) > _samples.Length) throw new ArgumentOutOfRangeException(nameof(height));
        (Height, Width, Stride) = (height, width, StrideOf(width));
    }

    /// <summary>Calls <paramref name="row"/> for every row; a work item is a band of rows.</summary>
    public static void ForRows(int height, Workers workers, Action<int> row) =>
        workers.For((height + Band - 1) / Band, band =>
        {
            for (int y = band * Band; y < Math.Min(height, (band + 1) * Band); y++) row(y);
        });

    /// <summary>Fills the margin by repeating the border.</summary>
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
