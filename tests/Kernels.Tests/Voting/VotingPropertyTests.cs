using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Tests.Reference;
using Vgpnn.Kernels.Tests.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Voting;

public sealed class FloatVotingPropertyTests : VotingPropertyTests<float>
{
    /// <summary>Infinities, denormals, zeros of both signs, and many equal values: the median depends on order only.</summary>
    [Fact]
    public void Medians_of_infinities_denormals_and_signed_zeros_are_exact() =>
        Properties.Holds(Cases, c =>
        {
            float[] special = [0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, float.PositiveInfinity, 1.0000001f, -1.0000001f];
            var random = new Random(c.Seed);
            Volume<float> values = c.V;
            foreach (ref float sample in values.Samples) sample = special[random.Next(special.Length)];
            NearestNeighbourField field = c.Field;
            var actual = new Volume<float>(c.Output, c.Channels);
            PatchVoting.Vote(values, field, c.Patch, VoteRule.Median, actual, One);
            Near.AssertEqual(NaiveVote.Vote(values, field.Matches(), c.Output, c.Patch, VoteRule.Median), actual);
        }, count: 50);
}

public sealed class ByteVotingPropertyTests : VotingPropertyTests<byte>;

/// <summary>Properties of every vote, for bytes and floats.</summary>
public abstract class VotingPropertyTests<T>
    where T : unmanaged, IMinMaxValue<T>
{
    private protected static readonly Workers One = new(1);

    private protected sealed record Case(Extent Values, Extent Output, Extent Patch, int Channels, int Seed)
    {
        public Volume<T> V => RandomVolume.Noise<T>(Values, Channels, Seed);

        /// <summary>A field with a random match for each patch.</summary>
        public NearestNeighbourField Field
        {
            get
            {
                var random = new Random(Seed);
                Extent keys = Values.PatchGrid(Patch);
                return Searches.FieldOf(Output, Patch, keys, _ => random.Next((int)keys.Count));
            }
        }
    }

    /// <summary>Includes outputs wider than a segment of the kernel, and patches of up to 255 voxels and more.</summary>
    private protected static readonly Gen<Case> Cases =
        from patch in Gen.OneOf(
            Gen.Elements(new Extent(3, 7, 7), new Extent(3, 5, 5), new Extent(2, 4, 4), new Extent(1, 1, 1), new Extent(1, 3, 2)),
            Gen.Elements(new Extent(1, 15, 17), new Extent(4, 8, 8), new Extent(2, 12, 13)),
            Properties.Extents(new Extent(1, 1, 1), new Extent(3, 6, 9)))
        from values in Properties.Extents(patch, new Extent(patch.T + 2, patch.H + 5, patch.W + 6))
        from width in Gen.Elements(2, 30, 70)
        from output in Properties.Extents(patch, new Extent(patch.T + 1, patch.H + 1, patch.W + width))
        from channels in Gen.Choose(1, 5)
        from seed in Gen.Choose(0, 1_000_000)
        select new Case(values, output, patch, channels, seed);

    /// <summary>Maximum error of a vote; means of bytes are rounded.</summary>
    private static double Tolerance(VoteRule rule) => rule == VoteRule.Median ? 0 : typeof(T) == typeof(byte) ? 0.501 : 1e-6;

    [Theory]
    [MemberData(nameof(Searches.VoteRules), MemberType = typeof(Searches))]
    public void Votes_agree_with_the_naive_reference(VoteRule rule) =>
        Properties.Holds(Cases, c =>
        {
            NearestNeighbourField field = c.Field;
            Near.Assert(
                NaiveVote.Vote(c.V.Plain(), field.Matches(), c.Output, c.Patch, rule), Vote(c, field, rule, One).Plain(), Tolerance(rule));
        }, count: 50);

    [Theory]
    [MemberData(nameof(Searches.VoteRules), MemberType = typeof(Searches))]
    public void Votes_do_not_depend_on_the_number_of_threads(VoteRule rule) =>
        Properties.Holds(Cases, c =>
        {
            NearestNeighbourField field = c.Field;
            T[] expected = Vote(c, field, rule, One).Samples.ToArray();
            foreach (int threads in (int[])[2, 3, 5]) Assert.Equal(expected, Vote(c, field, rule, new Workers(threads)).Samples.ToArray());
        }, count: 50);

    [Fact]
    public void Median_is_one_of_the_values() =>
        Properties.Holds(Cases, c =>
        {
            HashSet<T> samples = [.. c.V.Samples];
            foreach (T sample in Vote(c, c.Field, VoteRule.Median, One).Samples) Assert.Contains(sample, samples);
        });

    [Theory]
    [MemberData(nameof(Searches.VoteRules), MemberType = typeof(Searches))]
    public void Identity_field_votes_for_the_original_values(VoteRule rule) =>
        Properties.Holds(Cases, c =>
        {
            NearestNeighbourField field = Searches.FieldOf(c.Values, c.Patch, c.Values.PatchGrid(c.Patch), i => i);
            var actual = new Volume<T>(c.Values, c.Channels);
            PatchVoting.Vote(c.V, field, c.Patch, rule, actual, One);
            Near.Assert(c.V.Plain(), actual.Plain(), typeof(T) == typeof(byte) ? 0 : Tolerance(rule));
        });

    [Theory]
    [MemberData(nameof(Searches.VoteRules), MemberType = typeof(Searches))]
    public void Vote_ignores_the_previous_content_of_the_output(VoteRule rule) =>
        Properties.Holds(Cases, c =>
        {
            var used = new Volume<T>(c.Output, c.Channels);
            used.Samples.Fill(T.MaxValue);
            PatchVoting.Vote(c.V, c.Field, c.Patch, rule, used, One);
            Assert.Equal(Vote(c, c.Field, rule, One).Samples.ToArray(), used.Samples.ToArray());
        }, count: 30);

    [Fact]
    public void Values_and_outputs_of_other_sizes_than_the_field_are_rejected()
    {
        var patch = new Extent(1, 3, 3);
        var size = new Extent(2, 8, 8);
        NearestNeighbourField field = Searches.FieldOf(size, patch, size.PatchGrid(patch), i => i);
        var good = new Volume<T>(size, 3);
        foreach (Volume<T> wrong in (Volume<T>[])[new Volume<T>(size, 1), new Volume<T>(size with { W = 9 }, 3)])
        {
            Assert.Throws<ArgumentException>(() => PatchVoting.Vote(wrong, field, patch, VoteRule.Median, good, One));
            Assert.Throws<ArgumentException>(() => PatchVoting.Vote(good, field, patch, VoteRule.Median, wrong, One));
        }
    }

    [Fact]
    public void Cancelled_vote_throws()
    {
        var patch = new Extent(1, 3, 3);
        var size = new Extent(2, 8, 8);
        NearestNeighbourField field = Searches.FieldOf(size, patch, size.PatchGrid(patch), i => i);
        var workers = new Workers(2, new CancellationToken(canceled: true));
        foreach (VoteRule rule in Enum.GetValues<VoteRule>())
            Assert.ThrowsAny<OperationCanceledException>(() => PatchVoting.Vote(new Volume<T>(size, 3), field, patch, rule, new Volume<T>(size, 3), workers));
    }

    private static Volume<T> Vote(Case c, NearestNeighbourField field, VoteRule rule, Workers workers)
    {
        var output = new Volume<T>(c.Output, c.Channels);
        PatchVoting.Vote(c.V, field, c.Patch, rule, output, workers);
        return output;
    }
}
