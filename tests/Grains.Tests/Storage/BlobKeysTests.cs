using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Tests.Storage;

/// <summary>Names of blobs.</summary>
public class BlobKeysTests
{
    [Fact]
    public void Keys_have_the_documented_layout()
    {
        Assert.Equal("t/uploads/u", BlobKeys.Upload("t", "u"));
        Assert.Equal("t/videos/v/3/thumbnail.webp", BlobKeys.Video("t", "v", 3, "thumbnail.webp"));
        Assert.Equal("t/requests/r/0000042/12/level-01.ckpt", BlobKeys.Sample("t", "r", 42, 12, "level-01.ckpt"));
        Assert.Equal("t/videos/v/", BlobKeys.OfVideo("t", "v"));
        Assert.Equal("t/requests/r/", BlobKeys.OfRequest("t", "r"));
        Assert.Equal("t/requests/r/9999999/", BlobKeys.OfSample("t", "r", 9_999_999));
    }

    [Fact]
    public void Owner_of_each_key_is_read_back()
    {
        Assert.Equal(new BlobOwner(BlobKind.Upload, "t", "u"), Owner(BlobKeys.Upload("t", "u")));
        Assert.Equal(new BlobOwner(BlobKind.Video, "t", "v", null, 3), Owner(BlobKeys.Video("t", "v", 3, "x")));
        Assert.Equal(new BlobOwner(BlobKind.Sample, "t", "r", 0, long.MaxValue), Owner(BlobKeys.Sample("t", "r", 0, long.MaxValue, "x")));
    }

    [Theory]
    [InlineData("keyring/0123-45.xml")]
    [InlineData("keyring/uploads/x")]
    [InlineData("doctor/x")]
    [InlineData("t")]
    [InlineData("t/uploads")]
    [InlineData("t/uploads/x/y")]
    [InlineData("t/downloads/x")]
    [InlineData("t/videos/v/x")]
    [InlineData("t/videos/v/0/x")]
    [InlineData("t/videos/v/01/x")]
    [InlineData("t/videos/v/1-/x")]
    [InlineData("t/videos/v/1/x/y")]
    [InlineData("t/videos/v/99999999999999999999/x")]
    [InlineData("t/requests/r/1/1/x")]
    [InlineData("t/requests/r/00000001/1/x")]
    [InlineData("t/requests/r/0000001/x")]
    [InlineData("t/requests/r/000000a/1/x")]
    public void Key_of_another_layout_has_no_owner(string key)
    {
        BlobOwner owner = Owner(key);
        Assert.Equal(new BlobOwner(BlobKind.Other, "", ""), owner);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("t/uploads/../x")]
    [InlineData("T/uploads/x")]
    [InlineData("t/uploads/")]
    public void Invalid_key_is_not_parsed(string? key) => Assert.False(BlobKeys.TryParse(key, out _));

    [Fact]
    public void Invalid_ids_and_numbers_are_refused()
    {
        foreach (string id in (string[])["", ".", "..", "a/b", "A", "-a", "a b", "a\n", "ä"])
        {
            Assert.Throws<ArgumentException>(() => BlobKeys.Upload(id, "u"));
            Assert.Throws<ArgumentException>(() => BlobKeys.Upload("t", id));
            Assert.Throws<ArgumentException>(() => BlobKeys.Video("t", id, 1, "x"));
            Assert.Throws<ArgumentException>(() => BlobKeys.Sample("t", "r", 1, 1, id));
            Assert.Throws<ArgumentException>(() => BlobKeys.OfRequest("t", id));
        }

        Assert.Throws<ArgumentException>(() => BlobKeys.Upload("keyring", "u"));
        Assert.Throws<ArgumentOutOfRangeException>(() => BlobKeys.Video("t", "v", 0, "x"));
        Assert.Throws<ArgumentOutOfRangeException>(() => BlobKeys.OfSample("t", "r", -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => BlobKeys.OfSample("t", "r", 10_000_000));
    }

    private static BlobOwner Owner(string key)
    {
        Assert.True(BlobKeys.TryParse(key, out BlobOwner owner), key);
        return owner;
    }
}
