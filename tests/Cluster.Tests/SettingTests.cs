using Vgpnn.Cluster.Tests.Support;

namespace Vgpnn.Cluster.Tests;

public class SettingTests
{
    [Theory]
    [InlineData("slots", "0", "Slots")]
    [InlineData("slots", "many", "Slots")]
    [InlineData("leaseSeconds", "1", "LeaseSeconds")]
    [InlineData("memoryMegabytes", "-1", "MemoryMegabytes")]
    [InlineData("roles", "king", "Roles")]
    [InlineData("roles", "client", "Storage")]
    [InlineData("storage", "mysql:Host=db", "Storage")]
    [InlineData("storage", "postgres:Database=x", "Storage")]
    [InlineData("blobs", "azure:invalid", "blob store")]
    [InlineData("address", "0.0.0.0", "Address")]
    [InlineData("siloPort", "70000", "SiloPort")]
    [InlineData("device", "abacus", "Device")]
    [InlineData("tlsCertificate", "silo.pem", "TlsCertificate")]
    [InlineData("name", "a b", "Name")]
    public async Task Invalid_setting_is_refused_and_named(string setting, string value, string named)
    {
        await using TestCluster cluster = TestCluster.Sqlite();
        SiloProcess silo = cluster.Launch((setting, value));
        Assert.Equal(2, await silo.ExitAsync());
        string line = Assert.Single(silo.Lines).Text;
        Assert.StartsWith("silo: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
    }
}
