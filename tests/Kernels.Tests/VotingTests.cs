using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests;

public class VotingTests
{
    private static readonly Workers One = new(1);

    private sealed record Case(Extent Values, Extent Output, Extent Patch, int Channels, int Seed)
    {
        public Volume<float> V => RandomVolume.Noise(Values, Channels, Seed);

        /// <summary>A match drawn at random for every patch.</summary>
        public NearestNeighbourField Field
        {
            get
            {
                var random = new Random(Seed);
                Extent keys = Values.PatchGrid(Patch);
                return FieldOf(Output, Patch, keys, _ => random.Next((int)keys.Count));
            }
        }
    }

    /// <summary>Outputs that are wider than a segment of the kernel, and patches of every kind.</summary>
    private static readonly Gen<Case> Cases =
        from patch in Gen.OneOf(
            Gen.Elements(new Extent(3, 7, 7), new Extent(3, 5, 5), new Extent(2, 4, 4), new Extent(1, 1, 1), new Extent(1, 3, 2)),
            Properties.Extents(new Extent(1, 1, 1), new Extent(3, 6, 9)))
        from values in Properties.Extents(patch, new Extent(patch.T + 2, patch.H + 5, patch.W + 6))
        from output in Properties.Extents(patch, new Extent(patch.T + 1, patch.H + 2, patch.W + 40))
        from channels in Gen.Choose(1, 5)
        from seed in Gen.Choose(0, 1_000_000)
        select new Case(values, output, patch, channels, seed);

    public static TheoryData<VoteRule> Rules => new(Enum.GetValues<VoteRule>());

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
            NearestNeighbourField field = FieldOf(expected.Extent, patch, values.Extent.PatchGrid(patch), i => index[i]);
            foreach (int threads in (int[])[1, 2, 3, 5])
            {
                var actual = new Volume<float>(expected.Extent, expected.Channels);
                Voting.Vote(values, field, patch, rule, actual, new Workers(threads));
                Near.Assert(expected, actual, tolerance, id);
            }
        }
    }

    [Theory]
    [InlineData(VoteRule.Median, 0)]
    [InlineData(VoteRule.Mean, 1e-6)]
    [InlineData(VoteRule.Gaussian, 1e-6)]
    public void Votes_are_what_their_definition_says(VoteRule rule, double tolerance) =>
        Properties.Holds(Cases, c =>
        {
            NearestNeighbourField field = c.Field;
            Near.Assert(NaiveVote.Vote(c.V, field.Matches(), c.Output, c.Patch, rule), Vote(c, field, rule, One), tolerance);
        });

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_number_of_threads_changes_no_vote(VoteRule rule) =>
        Properties.Holds(Cases, c =>
        {
            NearestNeighbourField field = c.Field;
            float[] expected = Vote(c, field, rule, One).Samples.ToArray();
            foreach (int threads in (int[])[2, 3, 5]) Assert.Equal(expected, Vote(c, field, rule, new Workers(threads)).Samples);
        }, count: 50);

    /// <summary>Infinite, denormal, zero of both signs, and many equal values: the median is a matter of order only.</summary>
    [Fact]
    public void Medians_of_special_values_are_exact() =>
        Properties.Holds(Cases, c =>
        {
            float[] special = [0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, float.PositiveInfinity, 1.0000001f, -1.0000001f];
            var random = new Random(c.Seed);
            Volume<float> values = c.V;
            foreach (ref float sample in values.Samples) sample = special[random.Next(special.Length)];
            NearestNeighbourField field = c.Field;
            var actual = new Volume<float>(c.Output, c.Channels);
            Voting.Vote(values, field, c.Patch, VoteRule.Median, actual, One);
            Near.AssertEqual(NaiveVote.Vote(values, field.Matches(), c.Output, c.Patch, VoteRule.Median), actual);
        });

    [Fact]
    public void Every_median_is_a_sample_of_the_values() =>
        Properties.Holds(Cases, c =>
        {
            HashSet<float> samples = [.. c.V.Samples];
            foreach (float sample in Vote(c, c.Field, VoteRule.Median, One).Samples) Assert.Contains(sample, samples);
        });

    [Theory]
    [MemberData(nameof(Rules))]
    public void Patches_that_match_themselves_give_the_values_back(VoteRule rule) =>
        Properties.Holds(Cases, c =>
        {
            NearestNeighbourField field = FieldOf(c.Values, c.Patch, c.Values.PatchGrid(c.Patch), i => i);
            var actual = new Volume<float>(c.Values, c.Channels);
            Voting.Vote(c.V, field, c.Patch, rule, actual, One);
            Near.Assert(c.V, actual, rule == VoteRule.Median ? 0 : 1e-6);
        });

    [Theory]
    [MemberData(nameof(Rules))]
    public void What_the_output_held_before_is_of_no_account(VoteRule rule) =>
        Properties.Holds(Cases, c =>
        {
            var used = new Volume<float>(c.Output, c.Channels);
            used.Samples.Fill(float.NaN);
            Voting.Vote(c.V, c.Field, c.Patch, rule, used, One);
            Assert.Equal(Vote(c, c.Field, rule, One).Samples, used.Samples);
        }, count: 30);

    [Fact]
    public void Values_and_outputs_that_do_not_belong_to_the_field_are_refused()
    {
        var patch = new Extent(1, 3, 3);
        var size = new Extent(2, 8, 8);
        NearestNeighbourField field = FieldOf(size, patch, size.PatchGrid(patch), i => i);
        var good = new Volume<float>(size, 3);
        foreach (Volume<float> wrong in (Volume<float>[])[new Volume<float>(size, 1), new Volume<float>(size with { W = 9 }, 3)])
        {
            Assert.Throws<ArgumentException>(() => Voting.Vote(wrong, field, patch, VoteRule.Median, good, One));
            Assert.Throws<ArgumentException>(() => Voting.Vote(good, field, patch, VoteRule.Median, wrong, One));
        }
    }

    [Fact]
    public void A_cancelled_vote_throws()
    {
        var patch = new Extent(1, 3, 3);
        var size = new Extent(2, 8, 8);
        NearestNeighbourField field = FieldOf(size, patch, size.PatchGrid(patch), i => i);
        var workers = new Workers(2, new CancellationToken(canceled: true));
        foreach (VoteRule rule in Enum.GetValues<VoteRule>())
            Assert.ThrowsAny<OperationCanceledException>(() => Voting.Vote(new Volume<float>(size, 3), field, patch, rule, new Volume<float>(size, 3), workers));
    }

    private static Volume<float> Vote(Case c, NearestNeighbourField field, VoteRule rule, Workers workers)
    {
        var output = new Volume<float>(c.Output, c.Channels);
        Voting.Vote(c.V, field, c.Patch, rule, output, workers);
        return output;
    }

    private static NearestNeighbourField FieldOf(Extent output, Extent patch, Extent keys, Func<int, int> match)
    {
        var field = new NearestNeighbourField(output.PatchGrid(patch), keys);
        for (int i = 0; i < field.Distances.Length; i++) field.SetLinearMatch(i, match(i), 0);
        return field;
    }
}
