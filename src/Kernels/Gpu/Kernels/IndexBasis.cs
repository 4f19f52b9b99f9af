using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu.Kernels;

/// <summary>The basis functions of descriptors in integers, so that devices of all manufacturers give identical descriptors.</summary>
internal static class IndexBasis
{
    /// <summary>Numbers per descriptor.</summary>
    public const int Numbers = 13;

    /// <summary>Numbers per descriptor padded with one 0, because they are compared in pairs.</summary>
    public const int Padded = 14;

    /// <summary>Keys per leaf.</summary>
    public const int LeafSize = 16;

    /// <summary>Keys returned for a query.</summary>
    public const int Near = 4;

    /// <summary>Fraction bits of the column cosines.</summary>
    public const int ColumnBits = 8;

    /// <summary>Fraction bits of the row weights.</summary>
    public const int RowBits = 10;

    // Orders in time and rows, and the colour (0: brightness, 1: red − blue, 2: red − 2 green + blue) of each number; the kernel contains
    // the orders in columns. Same order as in PatchDescriptor.
    private static readonly (int T, int H, int Colour)[] Orders =
    [
        (0, 0, 0), (0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 2), (1, 0, 0), (0, 0, 0), (0, 2, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), (1, 0, 0), (1, 1, 0),
    ];

    // Factors that make the three colours orthonormal.
    private static readonly double[] Norms = [0.577350, 0.707107, 0.408248];

    /// <summary>Returns cosines of order 0, 1 and 2 over the columns of a patch; 0 for orders that it is too small for.</summary>
    public static int[] Columns(Extent patch)
    {
        double[][] cosines = Cosines(patch.W);
        return [.. cosines.SelectMany(c => c.Select(x => (int)Math.Round(x * (1 << ColumnBits))))];
    }

    /// <summary>Returns the row weights of each number, frame by frame.</summary>
    public static int[] Rows(Extent patch)
    {
        // The brightest patch has a first number of at most 5,355 at any size.
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

    // Rounded to 6 digits first, so that results do not depend on the maths library.
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
