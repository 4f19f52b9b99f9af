using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>
/// Describes patches by a few numbers: their inner products with the smoothest members of the cosine basis (Ahmed,
/// Natarajan and Rao 1974) over time, rows, columns and colour. The basis is orthonormal, so the squared distance of
/// two descriptions is never above that of the patches, and near patches have near descriptions.
/// </summary>
internal sealed class PatchDescriptor
{
    // Orders in time, rows, columns and colour (0: brightness, 1 and 2: red–blue and green–magenta), by their usual energy.
    private static readonly (int T, int H, int W, int Colour)[] Basis =
    [
        (0, 0, 0, 0), (0, 0, 1, 0), (0, 1, 0, 0), (0, 0, 0, 1), (0, 0, 0, 2), (1, 0, 0, 0), (0, 0, 2, 0), (0, 2, 0, 0),
        (0, 1, 1, 0), (0, 0, 1, 1), (0, 1, 0, 1), (1, 0, 1, 0), (1, 1, 0, 0),
    ];

    private readonly Extent _patch;
    private readonly int _channels;
    private readonly float[][] _overTime;
    private readonly float[][] _overRows;
    private readonly float[][] _overColumns;
    private readonly float[][] _colours;
    private readonly (int T, int H, int W, int Colour)[] _members;

    public PatchDescriptor(Extent patch, int channels)
    {
        _patch = patch;
        _channels = channels;
        _overTime = Cosines(patch.T);
        _overRows = Cosines(patch.H);
        _overColumns = Cosines(patch.W);
        _colours = Colours(channels);
        _members = [.. Basis.Where(b => b.T < patch.T && b.H < patch.H && b.W < patch.W && b.Colour < _colours.Length)];
    }

    /// <summary>Numbers per patch.</summary>
    public int Size => _members.Length;

    /// <summary>Describes the patches of one row of the patch grid: number i of patch w goes to [i·stride + w].</summary>
    public void Row<T>(Volume<T> volume, int t, int h, Span<float> target, int stride)
        where T : unmanaged
    {
        int width = volume.Extent.W, patches = width - _patch.W + 1;
        var starts = new int[_patch.T * _patch.H];
        for (int i = 0; i < starts.Length; i++)
            starts[i] = ((t + (i / _patch.H)) * volume.FrameStride) + ((h + (i % _patch.H)) * volume.RowStride);
        int[] columns = [.. Enumerable.Range(0, _patch.W)];
        var weights = new float[starts.Length];
        var sums = new float[volume.RowStride];
        var mixed = new float[width + Volume.Padding];
        foreach (var over in _members.Select((m, i) => (m, i)).GroupBy(x => (x.m.T, x.m.H)))
        {
            for (int i = 0; i < weights.Length; i++)
                weights[i] = _overTime[over.Key.T][i / _patch.H] * _overRows[over.Key.H][i % _patch.H];
            WeightedSum.Rows(volume.Buffer, starts, weights, sums);
            foreach (var colour in over.GroupBy(x => x.m.Colour))
            {
                Mix(sums, _colours[colour.Key], mixed.AsSpan(0, width));
                foreach ((var member, int i) in colour)
                    WeightedSum.Rows(mixed, columns, _overColumns[member.W], target.Slice(i * stride, patches));
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

    // Orthonormal cosines of order 0 to 2. Rounded to 6 digits, so that two mathematical libraries cannot differ.
    private static float[][] Cosines(int size) =>
    [
        .. Enumerable.Range(0, Math.Min(3, size)).Select(order =>
        {
            double[] wave = [.. Enumerable.Range(0, size).Select(i => Math.Cos(Math.PI * order * (i + 0.5) / size))];
            double norm = Math.Sqrt(wave.Sum(x => x * x));
            return wave.Select(x => (float)Math.Round(x / norm, 6)).ToArray();
        }),
    ];

    // Three channels are taken for RGB; of others the mean and the first channels.
    private static float[][] Colours(int channels) => channels switch
    {
        3 => [[0.577350f, 0.577350f, 0.577350f], [0.707107f, 0, -0.707107f], [0.408248f, -0.816497f, 0.408248f]],
        1 => [[1]],
        _ => [.. Enumerable.Range(0, Math.Min(3, channels)).Select(c => Enumerable.Range(0, channels).Select(i => i == c ? 1f : 0f).ToArray())],
    };
}
