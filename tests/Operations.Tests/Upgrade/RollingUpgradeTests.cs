using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Grains.State;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;
using Xunit.Abstractions;

namespace Vgpnn.Operations.Tests.Upgrade;

/// <summary>
/// The version before and this one side by side, over a migration, in the order of docs/operations.md. All that is asked is asked
/// through the API: this version's code knows nothing of the older schema.
/// </summary>
public sealed class RollingUpgradeTests(ITestOutputHelper output)
{
    /// <summary>So many that a sample takes most of a second.</summary>
    private const int Iterations = 40;

    [UpgradeFact]
    public async Task Two_versions_work_side_by_side_over_a_migration_and_nothing_is_lost()
    {
        string old = (await PreviousVersion.SiloAsync())!;
        string data = Directory.CreateTempSubdirectory("vgpnn-upgrade-").FullName;
        await using TestCluster cluster = TestCluster.Unmigrated(
            await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(), ("migrate", "false"), ("data", data), ("serve", "true"));
        cluster.Program = old;
        Assert.Equal(0, await cluster.Launch("migrate").ExitAsync());
        int before = await cluster.ScalarAsync<int>("SELECT max(version) FROM schema_version");
        SiloProcess first = await cluster.StartAsync(("name", "old"));
        string key = (await File.ReadAllTextAsync(Path.Combine(data, "first-key"))).Trim();
        using var calls = new Calls(first.Port, key);
        Video video = await calls.UploadAsync(await Clips.SmallAsync());
        Request early = await calls.SubmitAsync(video.Id, 30, Iterations);
        await cluster.UntilAsync("the old version works", () => HasDoneAsync(cluster, "old", 0, 2));

        // The schema goes first, while the old version works; then the new version comes, while the old one still works.
        cluster.Program = null;
        Assert.Equal(0, await cluster.Launch("migrate").ExitAsync());
        long migrated = await cluster.ScalarAsync<long>("SELECT {now}");
        output.WriteLine($"schema {before}, then {Migrator.Version}");
        await cluster.UntilAsync("the old version goes on on the new schema", () => HasDoneAsync(cluster, "old", migrated, 2));
        SiloProcess second = await cluster.StartAsync(("name", "new"));
        using var newCalls = new Calls(second.Port, key);
        Request late = await newCalls.SubmitAsync(video.Id, 12, Iterations), last = await calls.SubmitAsync(video.Id, 4, Iterations);
        await cluster.UntilAsync("both versions take work up", async () =>
            await HasDoneAsync(cluster, "old", migrated, 4) && await HasDoneAsync(cluster, "new", migrated, 4));

        // An old process that starts now does not, and says why.
        if (before < Migrator.Version)
        {
            cluster.Program = old;
            SiloProcess again = cluster.Launch(settings: ("name", "older"));
            Assert.Equal(2, await again.ExitAsync());
            Assert.Contains("start a newer version of the program", again.Log, StringComparison.Ordinal);
        }

        // One that runs hands its work back, and the new one does it.
        first.Terminate();
        Assert.Equal(0, await first.ExitAsync());
        foreach (Request request in (Request[])[early, late, last]) Assert.Equal(WorkState.Succeeded, (await newCalls.EndedAsync(request)).State);
        Assert.Empty(await cluster.QueryAsync<string>("SELECT grain FROM activations WHERE outcome NOT IN ('done', 'handedback')"));
        foreach (string line in await cluster.QueryAsync<string>(
            "SELECT split_part(node, '-', 1) || ': ' || count(*) || ' ' || outcome FROM activations WHERE grain LIKE 'sample/%' GROUP BY split_part(node, '-', 1), outcome ORDER BY 1"))
            output.WriteLine(line);
        await cluster.HoldsAsync();
        Directory.Delete(data, recursive: true);
    }

    private static async Task<bool> HasDoneAsync(TestCluster cluster, string node, long since, int count) => await cluster.ScalarAsync<long>(
        "SELECT count(*) FROM activations WHERE node LIKE @node AND outcome = 'done' AND grain LIKE 'sample/%' AND started_at > @since",
        new { node = node + "-%", since }) >= count;
}
