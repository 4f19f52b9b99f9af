using Npgsql;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Operations.Tests.Hosting;

/// <summary>A silo with the rights that k8s/README.md grants it.</summary>
public class DatabaseRightsTests
{
    [Fact]
    public async Task Silo_works_with_a_login_that_can_only_read_and_write_rows()
    {
        await using SiloCluster cluster = await SiloCluster.PostgresAsync(("migrate", "false"));
        var owner = new NpgsqlConnectionStringBuilder(cluster.Storage["postgres:".Length..]);
        PostgresServer server = await PostgresServer.SharedAsync();
        string login = $"silo_{Guid.NewGuid():N}";
        string[] statements = [.. (await File.ReadAllTextAsync(Repository.At("k8s", "README.md"))).Split('\n')
            .Where(l => l.StartsWith("CREATE ROLE", StringComparison.Ordinal) || l.StartsWith("ALTER DEFAULT", StringComparison.Ordinal))];
        Assert.Equal(2, statements.Length);
        await server.ExecuteAsync(
            owner.Database!, string.Concat($"SET ROLE {owner.Username};", string.Concat(statements)).Replace("silo", login, StringComparison.Ordinal));

        Assert.Equal(0, await cluster.Launch("migrate").ExitAsync());
        var own = new NpgsqlConnectionStringBuilder(owner.ConnectionString) { Username = login };
        SiloProcess silo = await cluster.StartAsync(("storage", $"postgres:{own.ConnectionString}"), ("serve", "true"));
        using Calls calls = cluster.Call(silo);
        Video video = await calls.UploadAsync(await Clips.SmallAsync());
        Assert.Equal(WorkState.Succeeded, (await calls.FinishedAsync(await calls.SubmitAsync(video.Id, 1))).State);

        await using var source = NpgsqlDataSource.Create(own.ConnectionString);
        await using NpgsqlCommand drop = source.CreateCommand("DROP TABLE orleansstorage");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => drop.ExecuteNonQueryAsync())).SqlState);
    }
}
