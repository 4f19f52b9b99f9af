using Vgpnn.Client.Reporting;

namespace Vgpnn.Client.Tests.Reporting;

public sealed class HumanTextTests
{
    [Theory]
    [InlineData(0, "0.1 s")]
    [InlineData(1.234, "1.2 s")]
    [InlineData(9.94, "9.9 s")]
    [InlineData(9.96, "10 s")]
    [InlineData(59.4, "59 s")]
    [InlineData(59.6, "1 min 00 s")]
    [InlineData(125, "2 min 05 s")]
    [InlineData(3599.7, "1 h 00 min")]
    [InlineData(4000, "1 h 06 min")]
    [InlineData(4_000_000, "1,111 h 06 min")]
    public void Duration_is_formatted_with_at_most_two_units(double seconds, string text) => Assert.Equal(text, HumanText.Duration(seconds));

    [Fact]
    public void Control_characters_are_removed_from_names() =>
        Assert.Equal("a b?[31mc", HumanText.OneLine("a\nb\e[31mc"));

    [Theory]
    [InlineData(1, "1 sample")]
    [InlineData(10000, "10,000 samples")]
    public void Noun_agrees_with_the_number(int number, string text) => Assert.Equal(text, HumanText.Count(number, "sample"));
}
