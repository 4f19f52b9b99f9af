using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.State;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

/// <summary>docs/operations.md, "Backup and restore", step by step.</summary>
public class BackupTests
{
    private static readonly MethodOptions Slow = Clips.Quick with { Iterations = 20 };

    [Fact]
    public async Task What_was_under_way_when_the_backup_was_taken_is_made_after_it_was_restored()
    {
        PostgresServer server = await PostgresServer.SharedAsync();
        await using TestCluster before = await TestCluster.PostgresAsync();
        await before.StartAsync();
        (string tenant, string video) = await before.TenantAsync();
        RequestStatus request = await before.SubmitAsync(tenant, video, 6, Slow);
        await before.UntilAsync("some are done, one is under way", async () =>
            (await before.Requests.GetAsync(tenant, request.RequestId)) is { Succeeded: >= 2, Running: > 0 });

        // The database first, then the blobs, while work goes on; then the machines are lost.
        string connection = await server.RestoreCopyAsync(before.Connection);
        string blobs = Directory.CreateTempSubdirectory("vgpnn-backup-").FullName;
        Copy(before.BlobDirectory, blobs);
        foreach (SiloProcess silo in before.Silos) silo.Kill();

        await using TestCluster after = TestCluster.Unmigrated(connection, ("blobs", blobs));
        await SaysAsync("migrate", "");
        await SaysAsync("check", "all is well");
        await after.StartAsync();
        await after.FinishedAsync(tenant, request.RequestId);
        Assert.Equal(await Clips.ExpectedAsync(await Clips.SmallAsync(), Slow, 7, 6), await after.HashesAsync(tenant, request.RequestId));
        Assert.Empty(await Invariants.ViolationsAsync(after.Store));
        Directory.Delete(blobs, recursive: true);

        async Task SaysAsync(string verb, string words)
        {
            SiloProcess silo = after.Launch(verb);
            Assert.Equal(0, await silo.ExitAsync());
            Assert.Equal(words, silo.Log.Trim());
        }
    }

    // What goes away while it is copied is no longer needed by anybody whose rows are younger.
    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            try
            {
                File.Copy(file, target);
            }
            catch (FileNotFoundException)
            {
                // A checkpoint that was replaced.
            }
        }
    }
}
