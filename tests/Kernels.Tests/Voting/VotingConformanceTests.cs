using System.Text.Json;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Tests.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Voting;

/// <summary>Compares voting with the official program.</summary>
public class VotingConformanceTests
{
    [Theory]
    [InlineData(VoteRule.Median, "median", 0)]
    [InlineData(VoteRule.Mean, "mean", 1e-6)]
    [InlineData(VoteRule.Gaussian, "weighted_mean", 1e-6)]
    public void Votes_agree_with_the_official_program(VoteRule rule, string output, double tolerance)
    {
        foreach (JsonElement vector in Vectors.Cases("04_vote/cases"))
        {
            string id = vector.GetProperty("id").GetString()!;
            Extent patch = vector.GetProperty("kernel").Extent();
            Volume<float> values = Vectors.Volume($"04_vote/{id}_v"), expected = Vectors.Volume($"04_vote/{id}_{output}");
            int[] index = Vectors.Array($"04_vote/{id}_index").Ints;
            NearestNeighbourField field = Searches.FieldOf(expected.Extent, patch, values.Extent.PatchGrid(patch), i => index[i]);
            foreach (int threads in (int[])[1, 2, 3, 5])
            {
                var actual = new Volume<float>(expected.Extent, expected.Channels);
                PatchVoting.Vote(values, field, patch, rule, actual, new Workers(threads));
                Near.Assert(expected, actual, tolerance, id);
            }
        }
    }
}
