using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;

namespace Vgpnn.Kernels.Tests.Reference;

/// <summary>Reference for voting: lists the candidates of a voxel, then reduces the list.</summary>
internal static class NaiveVote
{
    /// <param name="index">Linear index of the value patch that each output patch matches.</param>
    public static Volume<float> Vote(Volume<float> values, int[] index, Extent output, Extent patch, VoteRule rule)
    {
        var result = new Volume<float>(output, values.Channels);
        for (int t = 0; t < output.T; t++)
        {
            for (int h = 0; h < output.H; h++)
            {
                for (int w = 0; w < output.W; w++)
                {
                    for (int c = 0; c < values.Channels; c++)
                        result.Row(t, h)[(w * values.Channels) + c] = Reduce(Candidates(values, index, output, patch, (t, h, w), c), rule);
                }
            }
        }

        return result;
    }

    /// <summary>Returns value and Gaussian weight of each candidate for one channel of one voxel.</summary>
    public static List<(float Value, double Weight)> Candidates(
        Volume<float> values, int[] index, Extent output, Extent patch, (int T, int H, int W) voxel, int channel)
    {
        Extent queries = output.PatchGrid(patch);
        Extent keys = values.Extent.PatchGrid(patch);
        var candidates = new List<(float, double)>();
        for (int t = 0; t < patch.T; t++)
        {
            for (int h = 0; h < patch.H; h++)
            {
                for (int w = 0; w < patch.W; w++)
                {
                    (int qt, int qh, int qw) = (voxel.T - t, voxel.H - h, voxel.W - w);
                    if (qt < 0 || qh < 0 || qw < 0 || qt >= queries.T || qh >= queries.H || qw >= queries.W) continue;
                    (int kt, int kh, int kw) = NaiveSearch.Position(index[(((qt * queries.H) + qh) * queries.W) + qw], keys);
                    float value = values.Row(kt + t, kh + h)[((kw + w) * values.Channels) + channel];
                    candidates.Add((value, Gaussian(t, patch.T) * Gaussian(h, patch.H) * Gaussian(w, patch.W)));
                }
            }
        }

        return candidates;
    }

    private static float Reduce(List<(float Value, double Weight)> candidates, VoteRule rule) => rule switch
    {
        VoteRule.Median => candidates.Select(c => c.Value).Order().ElementAt((candidates.Count - 1) / 2),
        VoteRule.Mean => (float)candidates.Average(c => (double)c.Value),
        _ => (float)(candidates.Sum(c => c.Value * c.Weight) / candidates.Sum(c => c.Weight)),
    };

    private static double Gaussian(int offset, int size)
    {
        double x = size == 1 ? -1 : -1 + (2.0 * offset / (size - 1));
        return Math.Exp(-0.5 * (x / 1.7) * (x / 1.7));
    }
}
