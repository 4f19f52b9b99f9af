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
    public void Seed_range_is_exact_in_json_numbers(string text, ulong expected)
    {
        Assert.True(ValueText.Seed(text, out ulong seed));
        Assert.Equal(expected, seed);
    }

    [Theory]
    [InlineData("9007199254740992")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("0x10")]
    public void Invalid_seed_is_rejected(string text) => Assert.False(ValueText.Seed(text, out _));

    [Theory]
    [InlineData("jumpflood", SearchMethod.JumpFlood)]
    [InlineData("JumpFlood", SearchMethod.JumpFlood)]
    public void Name_is_parsed_in_any_case(string text, SearchMethod expected)
    {
        Assert.True(ValueText.Name<SearchMethod>()(text, out SearchMethod search));
        Assert.Equal(expected, search);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("")]
    [InlineData("jump")]
    public void Unknown_name_is_rejected(string text) => Assert.False(ValueText.Name<SearchMethod>()(text, out _));
}
