using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

/// <summary>docs/operations.md, "Backup and restore", step by step.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _blobs = Directory.CreateTempSubdirectory("vgpnn-backup-").FullName;

    public void Dispose() => Directory.Delete(_blobs, recursive: true);

    [Fact]
    public async Task Samples_that_ran_when_the_backup_was_taken_are_made_after_its_restore()
    {
        PostgresServer server = await PostgresServer.SharedAsync();
        string connection = await server.CreateDatabaseAsync();
        await using TestCluster before = TestCluster.OnPostgres(connection);
        await before.StartAsync();
        TestTenant tenant = await before.TenantAsync();
        Request request = await tenant.SubmitAsync(12, Effort.Tenths);
        await tenant.MadeAsync(request, 2);

        // The database first, then the blobs, while jobs run; then the machines are lost.
        string restored = await server.RestoreCopyAsync(connection);
        Copy(before.BlobDirectory, _blobs);
        Assert.True((await tenant.GetAsync(request)).Samples.Succeeded < 12, "the backup came too late");
        before.Silos[0].Kill();

        await using TestCluster after = TestCluster.OnPostgres(restored, ("blobs", _blobs), ("clusterId", "restored"));
        Assert.Equal((0, ""), await after.RunAsync("migrate"));
        await after.StartAsync();
        await tenant.On(after).SucceedsAsync(request);
        await after.CheckAsync();
    }

    // A checkpoint may be replaced while the copy is made.
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
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // It is no longer needed.
            }
        }
    }
}
