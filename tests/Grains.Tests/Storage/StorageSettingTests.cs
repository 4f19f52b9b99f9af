using Vgpnn.Grains.Storage;

namespace Vgpnn.Grains.Tests.Storage;

public class StorageSettingTests
{
    [Fact]
    public void Empty_setting_means_sqlite_in_the_data_directory()
    {
        var storage = Assert.IsType<SqliteStorage>(StorageSetting.Parse("", "/var/data"));
        Assert.Equal("/var/data/state.db", storage.Path);
    }

    [Theory]
    [InlineData("postgres:Host=db;Database=vgpnn;Password=secret", "PostgreSQL database db:5432/vgpnn")]
    [InlineData("azure:https://acct.blob.core.windows.net", "Azure storage account acct")]
    [InlineData("azure:UseDevelopmentStorage=true", "Azure storage account devstoreaccount1")]
    public void Valid_settings_are_described_without_secrets(string setting, string description) =>
        Assert.Equal(description, StorageSetting.Parse(setting, "data").ToString());

    [Theory]
    [InlineData("mysql:Server=secret")]
    [InlineData("postgres:")]
    [InlineData("postgres:Hosst=db;Password=secret")]
    [InlineData("postgres:Database=secret")]
    [InlineData("azure:secret")]
    [InlineData("azure:AccountName=secret")]
    [InlineData("azure:https://acct.blob.core.windows.net/?sig=secret")]
    [InlineData("azure:https://secret.example.com")]
    public void Bad_settings_are_refused_without_repeating_them(string setting)
    {
        GrainException e = Assert.Throws<GrainException>(() => StorageSetting.Parse(setting, "data"));
        Assert.Equal("bad-setting", e.Code);
        Assert.NotNull(e.Hint);
        Assert.DoesNotContain("secret", e.ToString() + e.Hint, StringComparison.Ordinal);
    }
}
