using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Client.Tests.CommandLine;

public sealed class ValueTextTests
{
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
}
