using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels.Search;

namespace Vgpnn.Client.Tests.CommandLine;

public sealed class NamesTests
{
    private static readonly string[] Commands = ["generate", "evaluate", "repeat", "devices", "demo"];

    [Theory]
    [InlineData("genrate", "generate")]
    [InlineData("geenrate", "generate")]
    [InlineData("GENERATE", "generate")]
    [InlineData("device", "devices")]
    [InlineData("dmeo", "demo")]
    public void Misspelt_name_finds_the_nearest_candidate(string typed, string meant) => Assert.Equal(meant, Names.Nearest(typed, Commands));

    [Theory]
    [InlineData("train")]
    [InlineData("clip.mp4")]
    [InlineData("x")]
    public void Unrelated_text_finds_no_candidate(string typed) => Assert.Null(Names.Nearest(typed, Commands));

    [Fact]
    public void Choices_are_lower_case_and_joined_for_sentences()
    {
        Assert.Equal(["patchmatch", "jumpflood", "exhaustive"], Names.All<SearchMethod>());
        Assert.Equal("patchmatch, jumpflood or exhaustive", Names.Either(Names.All<SearchMethod>()));
        Assert.Equal("one", Names.Either(["one"]));
    }
}
