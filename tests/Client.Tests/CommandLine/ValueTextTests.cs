using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Client.Tests.CommandLine;

public sealed class ValueTextTests
{
    [Theory]
    [InlineData("3..10", 3, 10)]
    [InlineData("3:10", 3, 10)]
    [InlineData("..10", 1, 10)]
    [InlineData("3..", 3, null)]
    [InlineData("1..2", 1, 2)]
    public void Frame_ranges_are_read(string text, int first, int? last)
    {
        Assert.True(ValueText.FrameRange(text, out FrameRange range));
        Assert.Equal(new FrameRange(first, last), range);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(":")]
    [InlineData("5")]
    [InlineData("0..3")]
    [InlineData("3..3")]
    [InlineData("10..3")]
    [InlineData("-1..3")]
    [InlineData("a..b")]
    [InlineData("1..2..3")]
    [InlineData("1...3")]
    [InlineData("1..99999999999")]
    public void Other_frame_ranges_are_refused(string text) => Assert.False(ValueText.FrameRange(text, out _));

    [Theory]
    [InlineData("0.8,1,1")]
    [InlineData("(0.8,1,1)")]
    [InlineData("( 0.8, 1, 1 )")]
    public void Triples_are_read_with_or_without_parentheses(string text)
    {
        Assert.True(ValueText.Scale(0.1, 4)(text, out Scale scale));
        Assert.Equal(new Scale(0.8, 1, 1), scale);
    }

    [Theory]
    [InlineData("1,1")]
    [InlineData("1,1,1,1")]
    [InlineData("1,1,5")]
    [InlineData("0,1,1")]
    [InlineData("1,1,NaN")]
    [InlineData("1,1,∞")]
    [InlineData("1,1,-1")]
    [InlineData("1,,1")]
    [InlineData("(1,1,1")]
    [InlineData("1.5")]
    public void Other_triples_are_refused(string text) => Assert.False(ValueText.Scale(0.1, 4)(text, out _));

    [Fact]
    public void Extents_are_whole_numbers()
    {
        Assert.True(ValueText.Extent(1, 15)("3,7,7", out Extent extent));
        Assert.Equal(new Extent(3, 7, 7), extent);
        Assert.False(ValueText.Extent(1, 15)("3,7,7.5", out _));
        Assert.False(ValueText.Extent(1, 15)("3,7,16", out _));
    }

    [Fact]
    public void Pairs_are_two_numbers_within_bounds()
    {
        Assert.True(ValueText.IntegerPair(1, 20)("5,10", out (int T, int S) pair));
        Assert.Equal((5, 10), pair);
        Assert.False(ValueText.IntegerPair(1, 20)("5,21", out _));
        Assert.False(ValueText.IntegerPair(1, 20)("5,1.5", out _));
        Assert.False(ValueText.IntegerPair(1, 20)("5", out _));
        Assert.True(ValueText.Pair(0.1, 1)("0.87,0.82", out (double T, double S) factors));
        Assert.Equal((0.87, 0.82), factors);
        Assert.False(ValueText.Pair(0.1, 1)("0.87,1.1", out _));
    }

    [Theory]
    [InlineData("auto", null)]
    [InlineData("AUTO", null)]
    [InlineData("0", 0.0)]
    [InlineData("2.5", 2.5)]
    public void Noise_is_a_number_or_auto(string text, double? expected)
    {
        Assert.True(ValueText.Noise(text, out double? sigma));
        Assert.Equal(expected, sigma);
    }

    [Theory]
    [InlineData("loud")]
    [InlineData("-1")]
    [InlineData("1001")]
    [InlineData("")]
    public void Other_noise_is_refused(string text) => Assert.False(ValueText.Noise(text, out _));

    [Theory]
    [InlineData("0", 0ul)]
    [InlineData("9007199254740991", 9007199254740991ul)]
    public void Seeds_are_those_that_every_reader_of_json_holds(string text, ulong expected)
    {
        Assert.True(ValueText.Seed(text, out ulong seed));
        Assert.Equal(expected, seed);
    }

    [Theory]
    [InlineData("9007199254740992")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("0x10")]
    public void Other_seeds_are_refused(string text) => Assert.False(ValueText.Seed(text, out _));

    [Theory]
    [InlineData("jumpflood", SearchMethod.JumpFlood)]
    [InlineData("JumpFlood", SearchMethod.JumpFlood)]
    public void Names_are_read_in_any_case(string text, SearchMethod expected)
    {
        Assert.True(ValueText.Name<SearchMethod>()(text, out SearchMethod search));
        Assert.Equal(expected, search);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("")]
    [InlineData("jump")]
    public void Other_names_are_refused(string text) => Assert.False(ValueText.Name<SearchMethod>()(text, out _));

    [Theory]
    [InlineData("25")]
    [InlineData("29.97")]
    [InlineData("30000/1001")]
    public void Paces_are_read(string text) => Assert.True(ValueText.Pace(text, out _));

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("1/100")]
    [InlineData("fast")]
    public void Other_paces_are_refused(string text) => Assert.False(ValueText.Pace(text, out _));
}
