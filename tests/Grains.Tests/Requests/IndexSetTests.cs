using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Grains.Indices;
using Vgpnn.Testing;

namespace Vgpnn.Grains.Tests.Requests;

public class IndexSetTests
{
    // Few enough different indices that intervals touch, merge and split.
    private static readonly Gen<int> Indices = Gen.Choose(0, 24);

    private static readonly Gen<int[]> Sets = Gen.ArrayOf(Indices);

    private enum Operation
    {
        Add,
        Remove,
        Union,
        Except,
        Intersect,
    }

    [Fact]
    public void IndexSet_agrees_with_a_hash_set_after_any_sequence_of_changes() => Properties.Holds(
        Gen.ArrayOf(
            from operation in Gen.Elements(Enum.GetValues<Operation>())
            from first in Indices
            from count in Gen.Choose(0, 8)
            select (operation, first, count)),
        changes =>
        {
            var set = IndexSet.Empty;
            var model = new HashSet<int>();
            foreach ((Operation operation, int first, int count) in changes)
            {
                IndexSet before = set;
                string text = before.ToString();
                var range = IndexSet.Range(first, count);
                switch (operation)
                {
                    case Operation.Add:
                        set = set.Add(first);
                        model.Add(first);
                        break;
                    case Operation.Remove:
                        set = set.Remove(first);
                        model.Remove(first);
                        break;
                    case Operation.Union:
                        set = set.Union(range);
                        model.UnionWith(range);
                        break;
                    case Operation.Except:
                        set = set.Except(range);
                        model.ExceptWith(range);
                        break;
                    case Operation.Intersect:
                        set = set.Intersect(range);
                        model.IntersectWith(range);
                        break;
                }

                Assert.Equal(text, before.ToString());
                AssertSame(model, set);
            }
        },
        count: 300);

    [Fact]
    public void IndexSet_operations_on_two_arbitrary_sets_agree_with_hash_sets() => Properties.Holds(
        from a in Sets
        from b in Sets
        select (a, b),
        sets =>
        {
            (IndexSet a, IndexSet b) = (IndexSet.Of(sets.a), IndexSet.Of(sets.b));
            AssertSame([.. sets.a, .. sets.b], a.Union(b));
            AssertSame([.. sets.a.Except(sets.b)], a.Except(b));
            AssertSame([.. sets.a.Intersect(sets.b)], a.Intersect(b));
            Assert.Equal(sets.a.ToHashSet().SetEquals(sets.b), a.Equals(b));
        },
        count: 300);

    [Fact]
    public void IndexSet_is_the_same_after_writing_and_reading_its_text_and_its_JSON() => Properties.Holds(Sets, indices =>
    {
        var set = IndexSet.Of(indices);
        Assert.Equal(set, IndexSet.Parse(set.ToString()));
        Assert.Equal(set.GetHashCode(), IndexSet.Parse(set.ToString()).GetHashCode());
        string json = JsonSerializer.Serialize(set);
        Assert.Equal($"\"{set}\"", json);
        Assert.Equal(set, JsonSerializer.Deserialize<IndexSet>(json));
    });

    [Fact]
    public void IndexSet_writes_intervals_as_text() => Assert.Equal("0-9,12,14-15", IndexSet.Range(0, 10).Add(14).Add(12).Add(15).ToString());

    [Theory]
    [InlineData(" ")]
    [InlineData(",")]
    [InlineData("1,")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("1-1")]
    [InlineData("2-1")]
    [InlineData("1,2")]
    [InlineData("5,3")]
    [InlineData("0-4,4-5")]
    [InlineData("+1")]
    [InlineData("1 ,3")]
    [InlineData("1-2-3")]
    [InlineData("2147483647")]
    [InlineData("99999999999")]
    public void IndexSet_rejects_text_that_it_would_not_write(string text)
    {
        Assert.False(IndexSet.TryParse(text, out _));
        Assert.Throws<FormatException>(() => IndexSet.Parse(text));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<IndexSet>($"\"{text}\""));
    }

    [Fact]
    public void IndexSet_rejects_JSON_that_is_not_a_string() => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<IndexSet>("[1]"));

    [Fact]
    public void IndexSet_rejects_indices_out_of_range()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => IndexSet.Empty.Add(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => IndexSet.Empty.Add(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => IndexSet.Range(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => IndexSet.Range(2, int.MaxValue - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => IndexSet.Of(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => IndexSet.Of(int.MaxValue));
        Assert.False(IndexSet.Range(0, 5).Contains(-1));
    }

    [Fact]
    public void IndexSet_holds_all_possible_indices()
    {
        var all = IndexSet.Range(0, int.MaxValue);
        Assert.Equal(int.MaxValue, all.Count);
        Assert.True(all.Contains(IndexSet.MaxIndex));
        Assert.Equal($"0-{IndexSet.MaxIndex - 1}", all.Remove(IndexSet.MaxIndex).ToString());
        Assert.Equal(all, IndexSet.Parse(all.ToString()));
    }

    private static void AssertSame(HashSet<int> expected, IndexSet actual)
    {
        int[] sorted = [.. expected.Order()];
        Assert.Equal(sorted, actual.ToArray());
        Assert.Equal(sorted.Length, actual.Count);
        Assert.Equal(sorted.Length == 0, actual.IsEmpty);
        Assert.Equal(sorted.Length == 0 ? null : sorted[0], actual.First);
        Assert.Equal(sorted.Where((index, i) => i == 0 || sorted[i - 1] < index - 1).Count(), actual.IntervalCount);
        for (int index = -1; index < 35; index++) Assert.Equal(expected.Contains(index), actual.Contains(index));
    }
}
