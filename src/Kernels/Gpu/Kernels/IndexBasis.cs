using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>The functions that patches are described by, in whole numbers, so that all makers' devices describe them alike.</summary>
internal static class IndexBasis
{
    /// <summary>Numbers of a description.</summary>
    public const int Numbers = 13;

    /// <summary>Numbers with one more that is 0: they are compared in pairs.</summary>
    public const int Padded = 14;

    /// <summary>Keys of a leaf.</summary>
    public const int LeafSize = 16;

    /// <summary>Keys that a query is led to.</summary>
    public const int Near = 4;

    /// <summary>Bits after the point of the cosines over columns.</summary>
    public const int ColumnBits = 8;

    /// <summary>Bits after the point of the weights of rows.</summary>
    public const int RowBits = 10;

    // Orders in time and rows, and the colour (0: brightness, 1: red − blue, 2: red − 2 green + blue) of every number; the kernel knows
    // their orders in columns. As PatchDescriptor's.
    private static readonly (int T, int H, int Colour)[] Orders =
    [
        (0, 0, 0), (0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 2), (1, 0, 0), (0, 0, 0), (0, 2, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), (1, 0, 0), (1, 1, 0),
    ];

    // What makes the three colours orthonormal.
    private static readonly double[] Norms = [0.577350, 0.707107, 0.408248];

    /// <summary>Cosines of order 0, 1 and 2 over the columns; 0 where a patch has too few.</summary>
    public static int[] Columns(Extent patch)
    {
        double[][] cosines = Cosines(patch.W);
        return [.. cosines.SelectMany(c => c.Select(x => (int)Math.Round(x * (1 << ColumnBits))))];
    }

    /// <summary>For every number the weights of the rows, frame by frame.</summary>
    public static int[] Rows(Extent patch)
    {
        // The brightest patch is described by 5,355 at most, whatever its size.
        double unit = 21 / Math.Sqrt(3.0 * patch.Count);
        double[][] overTime = Cosines(patch.T), overRows = Cosines(patch.H);
        var weights = new List<int>();
        foreach ((int t, int h, int colour) in Orders)
        {
            for (int i = 0; i < patch.T; i++)
                for (int j = 0; j < patch.H; j++)
                    weights.Add((int)Math.Round(overTime[t][i] * overRows[h][j] * Norms[colour] * unit * (1 << RowBits)));
        }

        return [.. weights];
    }

    // Rounded to 6 digits first, so that two mathematical libraries cannot differ.
    private static double[][] Cosines(int size) =>
    [
        .. Enumerable.Range(0, 3).Select(order =>
        {
            if (order >= size) return new double[size];
            double[] wave = [.. Enumerable.Range(0, size).Select(i => Math.Cos(Math.PI * order * (i + 0.5) / size))];
            double norm = Math.Sqrt(wave.Sum(x => x * x));
            return wave.Select(x => Math.Round(x / norm, 6)).ToArray();
        }),
    ];
}
