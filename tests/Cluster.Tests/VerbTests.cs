using Vgpnn.Cluster.Tests.Support;

namespace Vgpnn.Cluster.Tests;

/// <summary>The verbs of the program, as an operator types them.</summary>
public class VerbTests
{
    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    [InlineData("Azure Storage")]
    public async Task Migrate_sets_up_the_storage_once_and_check_requires_it(string storage)
    {
        await using TestCluster cluster = storage switch
        {
            "SQLite" => TestCluster.Sqlite(),
            "PostgreSQL" => await TestCluster.PostgresAsync(),
            _ => await TestCluster.AzuriteAsync(),
        };
        if (storage != "Azure Storage")
        {
            (int refused, string reason) = await cluster.RunAsync("check");
            Assert.Equal(2, refused);
            Assert.Contains("silo migrate", reason, StringComparison.Ordinal);
        }

        (int, string)[] migrations = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => cluster.RunAsync("migrate")));
        Assert.All(migrations, m => Assert.Equal((0, ""), m));
        Assert.Equal((0, ""), await cluster.RunAsync("migrate"));
        (int code, string said) = await cluster.RunAsync("check");
        Assert.True(code == 0, said);
        Assert.StartsWith("consistent: 0 tenants", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_verb_is_refused()
    {
        await using TestCluster cluster = TestCluster.Sqlite();
        Assert.Equal((2, "silo: unknown verb 'chekc'; use migrate, check, doctor or key"), await cluster.RunAsync("chekc"));
    }

    [Fact]
    public async Task Check_reports_a_blob_that_is_missing()
    {
        await using TestCluster cluster = TestCluster.Sqlite();
        SiloProcess silo = await cluster.StartAsync();
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(1);
        await tenant.SucceedsAsync(request);
        silo.Terminate();
        Assert.Equal(0, await silo.ExitAsync());
        await cluster.CheckAsync();
        string video = Assert.Single(Directory.GetFiles(cluster.BlobDirectory, "sample.mp4", SearchOption.AllDirectories));
        File.Delete(video);
        (int code, string said) = await cluster.RunAsync("check");
        Assert.Equal(1, code);
        Assert.StartsWith($"blob {Path.GetRelativePath(cluster.BlobDirectory, video)} is missing", said, StringComparison.Ordinal);
    }
}
