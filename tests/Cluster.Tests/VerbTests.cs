using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Grains.State;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

/// <summary>The verbs of the program, as an operator types them.</summary>
public class VerbTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_schema_is_made_by_one_verb_and_looked_at_by_another(bool postgres)
    {
        string directory = Directory.CreateTempSubdirectory("vgpnn-verbs-").FullName;
        string database = postgres
            ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync()
            : $"Data Source={Path.Combine(directory, "state.db")}";
        (int code, string said) = await RunAsync("check");
        Assert.Equal(2, code);
        Assert.Contains("run: silo migrate", said, StringComparison.Ordinal);

        (int Code, string Said)[] started = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RunAsync("migrate")));
        Assert.All(started, s => Assert.Equal((0, ""), s));
        Assert.Equal((0, ""), await RunAsync("migrate"));
        Assert.Equal((0, "all is well"), await RunAsync("check"));

        await using (StateStore store = StateStore.Open(database))
        {
            await store.RunAsync(state => state.ExecuteAsync(
                """
                INSERT INTO tenants (tenant_id, name, weight, max_running, max_queued, max_bytes, max_voxels, queued, created_at)
                VALUES ('t', 'x', 1, 1, 1, 1, 1, 5, 0)
                """));
        }

        Assert.Equal((1, "a tenant's waiting samples are counted: t"), await RunAsync("check"));
        (code, said) = await RunAsync("chekc");
        Assert.Equal(2, code);
        Assert.Contains("chekc is none of: migrate, check, doctor", said, StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);

        async Task<(int Code, string Said)> RunAsync(string verb)
        {
            await using SiloProcess silo = SiloProcess.Start(directory, new Dictionary<string, string> { ["database"] = database }, verb);
            return (await silo.ExitAsync(), silo.Log.Trim());
        }
    }
}
