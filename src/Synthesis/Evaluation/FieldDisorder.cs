using ICSharpCode.SharpZipLib.Zip.Compression;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// NNFDIV: how disordered the nearest-neighbour field is. For every 3×3×3 patch of the sample the displacement to its nearest patch of the input, three
/// integers modulo 256, is written as bytes (those of time, then of rows, then of columns) and compressed with zlib at its default level:
/// <code>NNFDIV = compressed bytes / bytes</code>
/// Neighbours are searched with PatchMatch, not exactly; another search would change the number by half a per cent. Large pieces copied as a whole give long
/// runs of one displacement, which compress to few bytes: 0 is a copy. (Haim et al., VGPNN, 2022.)
/// </summary>
internal static class FieldDisorder
{
    private const int Searches = 2;
    private static readonly Extent Patch = new(3, 3, 3);

    /// <returns>About 0 to 1.</returns>
    public static double Measure(Volume<byte> input, Volume<byte> sample, Workers workers)
    {
        var field = new NearestNeighbourField(sample.Extent, input.Extent, Patch);
        for (int i = 0; i < Searches; i++)
        {
            var task = new SearchTask<byte> { Query = sample, Keys = input, Patch = Patch, Field = field, Iteration = i, Seed = (ulong)i };
            PatchSearches.Create<byte>(SearchMethod.PatchMatch).Search(task, workers);
        }

        byte[] bytes = Displacements(field);
        return (double)CompressedLength(bytes) / bytes.Length;
    }

    private static byte[] Displacements(NearestNeighbourField field)
    {
        Extent grid = field.QueryGrid;
        int count = (int)grid.Count;
        var bytes = new byte[3 * count];
        for (int i = 0; i < count; i++)
        {
            (int t, int h, int w) = field.Match(i);
            bytes[i] = (byte)(t - (i / grid.W / grid.H));
            bytes[count + i] = (byte)(h - (i / grid.W % grid.H));
            bytes[(2 * count) + i] = (byte)(w - (i % grid.W));
        }

        return bytes;
    }

    // Measured on the fields of twelve published samples, against zlib 1.2.13, which produced the reference values: SharpZipLib's
    // deflate is 0.0 to 0.9 % shorter; the runtime's ZLibStream (zlib-ng) at the same level is up to 3.0 % longer, and sometimes shorter.
    private static long CompressedLength(byte[] bytes)
    {
        var zlib = new Deflater(Deflater.DEFAULT_COMPRESSION);
        zlib.SetInput(bytes);
        zlib.Finish();
        var buffer = new byte[1 << 16];
        while (!zlib.IsFinished) zlib.Deflate(buffer);
        return zlib.TotalOut;
    }
}
