using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Client.CommandLine;

namespace Vgpnn.Client.Tests.CommandLine;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("4096", 4096)]
    [InlineData("512B", 512)]
    [InlineData("64K", 65536)]
    [InlineData("64k", 65536)]
    [InlineData("800M", 800L << 20)]
    [InlineData("2G", 2L << 30)]
    [InlineData("1.5GiB", 3L << 29)]
    [InlineData("1.5 GiB", 3L << 29)]
    [InlineData("2GB", 2_000_000_000)]
    [InlineData("1T", 1L << 40)]
    public void Size_is_parsed_with_its_unit(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out long read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0.1")]
    [InlineData("-1G")]
    [InlineData("G")]
    [InlineData("1.2.3G")]
    [InlineData("2X")]
    [InlineData("2Gi")]
    [InlineData("2GG")]
    [InlineData("1e9")]
    [InlineData("9999999T")]
    public void Invalid_size_is_rejected(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(2, "2 bytes")]
    [InlineData(1023, "1023 bytes")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(3L << 29, "1.5 GiB")]
    [InlineData(134L << 20, "134 MiB")]
    public void Size_is_formatted_in_the_largest_unit(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));

    [Fact]
    public void Formatted_size_parses_to_nearly_the_same_value() =>
        Prop.ForAll(
            Gen.Choose(1, int.MaxValue).Select(n => (long)n * 1000).ToArbitrary(),
            bytes => ByteSize.TryParse(ByteSize.Format(bytes).Replace(" bytes", "", StringComparison.Ordinal), out long read)
                && Math.Abs(read - bytes) <= bytes / 18.0)
            .QuickCheckThrowOnFailure();
}
