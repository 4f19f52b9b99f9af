using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Voting;

/// <summary>Mean of all candidates, unweighted or weighted by a Gaussian over the voxel's position in the patch.</summary>
internal sealed class MeanVote<T>
    where T : unmanaged
{
    private readonly Volume<T> _values;
    private readonly NearestNeighbourField _field;
    private readonly Extent _patch;
    private readonly Volume<T> _output;
    private readonly float[] _weights;

    public MeanVote(Volume<T> values, NearestNeighbourField field, Extent patch, bool gaussian, Volume<T> output)
    {
        (_values, _field, _patch, _output) = (values, field, patch, output);
        _weights = Weights(patch, gaussian);
    }

    /// <summary>Returns the weight of a candidate by the voxel's position in its patch, T×H×W.</summary>
    public static float[] Weights(Extent patch, bool gaussian)
    {
        var weights = new float[patch.Count];
        int i = 0;
        for (int t = 0; t < patch.T; t++)
            for (int h = 0; h < patch.H; h++)
                for (int w = 0; w < patch.W; w++)
                    weights[i++] = gaussian ? (float)(Bell(t, patch.T) * Bell(h, patch.H) * Bell(w, patch.W)) : 1;
        return weights;
    }

    public void Run(Workers workers)
    {
        int rows = _output.Extent.H;
        workers.For(_output.Extent.T * rows, row => Row(row / rows, row % rows));
    }

    // Candidates are added in T×H×W order of their patches, because float sums depend on the order.
    [MethodImpl(Jit.Hot)]
    private void Row(int t, int h)
    {
        int channels = _output.Channels;
        var sum = new float[_output.RowStride];
        var total = new float[_output.Extent.W];
        (int firstT, int endT) = PatchVoting.Covering(t, _patch.T, _field.QueryGrid.T);
        (int firstH, int endH) = PatchVoting.Covering(h, _patch.H, _field.QueryGrid.H);
        for (int pt = firstT; pt < endT; pt++)
        {
            for (int ph = firstH; ph < endH; ph++)
            {
                ReadOnlySpan<float> weights = _weights.AsSpan((((t - pt) * _patch.H) + h - ph) * _patch.W, _patch.W);
                int index = ((pt * _field.QueryGrid.H) + ph) * _field.QueryGrid.W;
                for (int w = 0; w < _field.QueryGrid.W; w++, index++)
                {
                    (int kt, int kh, int kw) = _field.Match(index);
                    ReadOnlySpan<T> source = _values.Row(kt + t - pt, kh + h - ph).Slice(kw * channels, _patch.W * channels);
                    for (int i = 0; i < weights.Length; i++)
                    {
                        total[w + i] += weights[i];
                        for (int c = 0; c < channels; c++)
                            sum[((w + i) * channels) + c] += weights[i] * Component.Load(source[(i * channels) + c]);
                    }
                }
            }
        }

        Span<T> target = _output.Row(t, h);
        for (int i = 0; i < target.Length; i++) target[i] = Component.Store<T>(sum[i] / total[i / channels]);
    }

    // exp(−½(x/1.7)²) with x from −1 to 1 over the patch, as in the official program. Rounded to 9 digits, so that results do not
    // depend on the last bit of the maths library.
    private static double Bell(int i, int size)
    {
        double x = size == 1 ? -1 : (2.0 * i / (size - 1)) - 1;
        return Math.Round(Math.Exp(-0.5 * (x / 1.7) * (x / 1.7)), 9);
    }
}
