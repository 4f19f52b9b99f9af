using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Indexing;

/// <summary>
/// Describes patches by their inner products with the smoothest members of the cosine basis (Ahmed, Natarajan and Rao 1974) over time,
/// rows, columns and colour. The basis is orthonormal, so the squared distance of two descriptors never exceeds that of the patches, and
/// near patches have near descriptors.
/// </summary>
internal sealed class PatchDescriptor
{
    // Orders in time, rows, columns and colour (0: brightness, 1 and 2: red–blue and green–magenta), by decreasing typical energy.
    private static readonly (int T, int H, int W, int Colour)[] Basis =
    [
        (0, 0, 0, 0), (0, 0, 1, 0), (0, 1, 0, 0), (0, 0, 0, 1), (0, 0, 0, 2), (1, 0, 0, 0), (0, 0, 2, 0), (0, 2, 0, 0),
        (0, 1, 1, 0), (0, 0, 1, 1), (0, 1, 0, 1), (1, 0, 1, 0), (1, 1, 0, 0),
    ];

    private readonly Extent _patch;
    private readonly int _channels;
    private readonly int[] _columns;
    private readonly List<Sum> _sums = [];

    public PatchDescriptor(Extent patch, int channels)
    {
        _patch = patch;
        _channels = channels;
        _columns = [.. Enumerable.Range(0, patch.W)];
        float[][] overTime = Cosines(patch.T), overRows = Cosines(patch.H), overColumns = Cosines(patch.W), colours = Colours(channels);
        foreach ((int t, int h, int w, int colour) in Basis)
        {
            if (t >= patch.T || h >= patch.H || w >= patch.W || colour >= colours.Length) continue;
            Sum? sum = _sums.Find(s => s.T == t && s.H == h);
            if (sum is null) _sums.Add(sum = new Sum(t, h, Product(overTime[t], overRows[h]), []));
            Mixture? mixture = sum.Mixtures.Find(m => m.Colour == colour);
            if (mixture is null) sum.Mixtures.Add(mixture = new Mixture(colour, colours[colour], []));
            mixture.Members.Add(new Member(Size++, overColumns[w]));
        }
    }

    /// <summary>Numbers per patch.</summary>
    public int Size { get; }

    /// <summary>Describes the patches of one row of the patch grid; number i of patch w is written to [i·stride + w].</summary>
    [MethodImpl(Jit.Hot)]
    public void Row<T>(Volume<T> volume, int t, int h, Span<float> target, int stride)
        where T : unmanaged
    {
        int width = volume.Extent.W, patches = width - _patch.W + 1;
        var starts = new int[_patch.T * _patch.H];
        for (int i = 0; i < starts.Length; i++)
            starts[i] = ((t + (i / _patch.H)) * volume.FrameStride) + ((h + (i % _patch.H)) * volume.RowStride);
        var sums = new float[volume.RowStride];
        var mixed = new float[width + Volume.Padding];
        foreach (Sum sum in _sums)
        {
            WeightedSum.Rows(volume.Buffer, starts, sum.Weights, sums);
            foreach (Mixture mixture in sum.Mixtures)
            {
                Mix(sums, mixture.Weights, mixed.AsSpan(0, width));
                foreach (Member member in mixture.Members)
                    WeightedSum.Rows(mixed, _columns, member.OverColumns, target.Slice(member.Number * stride, patches));
            }
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Mix(float[] sums, float[] colour, Span<float> mixed)
    {
        for (int w = 0; w < mixed.Length; w++)
        {
            float sum = 0;
            for (int c = 0; c < _channels; c++) sum += colour[c] * sums[(w * _channels) + c];
            mixed[w] = sum;
        }
    }

    private static float[] Product(float[] overTime, float[] overRows)
    {
        var product = new float[overTime.Length * overRows.Length];
        for (int i = 0; i < product.Length; i++) product[i] = overTime[i / overRows.Length] * overRows[i % overRows.Length];
        return product;
    }

    // Orthonormal cosines of order 0 to 2, rounded to 6 digits, so that results do not depend on the maths library.
    private static float[][] Cosines(int size) =>
    [
        .. Enumerable.Range(0, Math.Min(3, size)).Select(order =>
        {
            double[] wave = [.. Enumerable.Range(0, size).Select(i => Math.Cos(Math.PI * order * (i + 0.5) / size))];
            double norm = Math.Sqrt(wave.Sum(x => x * x));
            return wave.Select(x => (float)Math.Round(x / norm, 6)).ToArray();
        }),
    ];

    // Three channels are treated as RGB; for other numbers, the mean and the first channels are used.
    private static float[][] Colours(int channels) => channels switch
    {
        3 => [[0.577350f, 0.577350f, 0.577350f], [0.707107f, 0, -0.707107f], [0.408248f, -0.816497f, 0.408248f]],
        1 => [[1]],
        _ => [.. Enumerable.Range(0, Math.Min(3, channels)).Select(c => Enumerable.Range(0, channels).Select(i => i == c ? 1f : 0f).ToArray())],
    };

    /// <summary>A sum over time and rows that several numbers of the descriptor share.</summary>
    private sealed record Sum(int T, int H, float[] Weights, List<Mixture> Mixtures);

    /// <summary>The part of such a sum that contributes to one channel.</summary>
    private sealed record Mixture(int Colour, float[] Weights, List<Member> Members);

    /// <summary>A number of the descriptor.</summary>
    private sealed record Member(int Number, float[] OverColumns);
}
