using System.Text.Json;
using Vgpnn.Grains.State;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Silo;
using Vgpnn.Silo.Examining;
using Vgpnn.Silo.Scheduling;
using Vgpnn.Testing.Cluster;
using Xunit.Abstractions;

namespace Vgpnn.Operations.Tests.Doctor;

/// <summary><c>vgpnn doctor</c> on a healthy machine, and on ones that are broken in one way each.</summary>
public sealed class DoctorTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-doctor-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_healthy_machine_before_its_first_start()
    {
        IReadOnlyList<Found> found = await ExamineAsync(0);
        Assert.DoesNotContain(found, f => f.Health == "broken");
        Assert.Equal(["blobs", "database", "devices", "disk", "ffmpeg", "sandbox"], found.Select(f => f.Of).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task A_healthy_cluster()
    {
        string database = await DatabaseAsync();
        await Schema.MigrateAsync(database);
        IReadOnlyList<Found> found = await ExamineAsync(0, ("VGPNN_DATABASE", database), ("VGPNN_BLOBS", Directory.CreateDirectory(Path.Combine(_directory, "blobs")).FullName));
        Assert.Contains(found, f => f is { Of: "database", Health: "well" or "doubtful" } && f.Says.Contains($"schema {Migrator.Version}", StringComparison.Ordinal));
        Assert.Contains(found, f => f is { Of: "clock", Health: "well" or "doubtful" });
        Assert.Contains(found, f => f is { Of: "blobs", Health: "well" } && f.Says.Contains("64 KiB written, read and deleted", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_directory, "blobs"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_machine_without_ffmpeg() =>
        Breaks(await ExamineAsync(1, ("PATH", _directory)), "ffmpeg", "ffmpeg", "apt-get install");

    [Fact]
    public async Task A_database_that_is_not_there() => Breaks(
        await ExamineAsync(1, ("VGPNN_DATABASE", $"Host=127.0.0.1;Port={PostgresServer.FreePort()};Database=x;Username=x")), "database", "cannot be reached", "VGPNN_DATABASE");

    [Fact]
    public async Task A_connection_text_that_names_no_database() => Breaks(await ExamineAsync(1, ("VGPNN_DATABASE", "Sever=x")), "database", "neither a Host", "VGPNN_DATABASE");

    [Fact]
    public async Task A_database_without_the_schema() => Breaks(await ExamineAsync(1, ("VGPNN_DATABASE", await DatabaseAsync())), "database", "schema version 0", "silo migrate");

    [Fact]
    public async Task A_database_of_a_newer_version()
    {
        string database = await DatabaseAsync();
        await Schema.MigrateAsync(database);
        await using (StateStore store = StateStore.Open(database))
        await using (System.Data.Common.DbConnection owner = await store.OpenOwnerAsync(default))
        {
            await using System.Data.Common.DbCommand newer = owner.CreateCommand();
            newer.CommandText = "INSERT INTO schema_version (version, applied_at) VALUES (999, 0)";
            await newer.ExecuteNonQueryAsync();
        }

        Breaks(await ExamineAsync(1, ("VGPNN_DATABASE", database)), "database", "schema version 999", "newer version");
    }

    [Fact]
    public async Task Blobs_and_a_disk_that_cannot_be_written()
    {
        // A file system without room and without rights, on every machine.
        IReadOnlyList<Found> found = await ExamineAsync(1, ("VGPNN_BLOBS", "/proc/self/vgpnn"));
        Breaks(found, "blobs", "cannot be made", "--data");
        Breaks(found, "disk", "0.0 GiB free for blobs", "make room");
    }

    [Fact]
    public async Task A_blob_storage_that_does_not_answer() => Breaks(
        await ExamineAsync(1, ("VGPNN_BLOBS", $"Container=http://127.0.0.1:{PostgresServer.FreePort()}/a/blobs;Account=a;Key=AAAA")), "blobs", "doctor/", "VGPNN_BLOBS");

    [Fact]
    public async Task A_clock_that_is_an_hour_ahead()
    {
        string database = await DatabaseAsync();
        await Schema.MigrateAsync(database);
        var written = new StringWriter();
        Assert.Equal(1, await Examination.RunAsync(
            new SiloSettings { Database = database, Blobs = _directory }, new Ahead(TimeSpan.FromHours(1)), json: false, written));
        output.WriteLine(written.ToString());
        Assert.Matches(@"BROKEN +clock +3[56][0-9][0-9]\.\d\d s ahead of the database's\n +keep clocks with NTP", written.ToString());
    }

    [Fact]
    public async Task People_read_lines_that_say_what_to_mend()
    {
        (int code, string said, string error) = await RunAsync([], ("PATH", _directory));
        output.WriteLine(said);
        Assert.Equal((1, ""), (code, error));
        Assert.Matches(@"(?m)^BROKEN +ffmpeg +.*\n +.*apt-get install", said);
        Assert.Matches(@"(?m)^ok +blobs ", said);
    }

    private static void Breaks(IReadOnlyList<Found> found, string of, string says, string mend)
    {
        Found broken = Assert.Single(found, f => f.Of == of && f.Health == "broken");
        Assert.Contains(says, broken.Says, StringComparison.Ordinal);
        Assert.Contains(mend, broken.Mend!, StringComparison.Ordinal);
    }

    private static async Task<string> DatabaseAsync() => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();

    private async Task<IReadOnlyList<Found>> ExamineAsync(int expected, params (string Name, string Value)[] environment)
    {
        (int code, string said, string error) = await RunAsync(["--json"], environment);
        output.WriteLine(said);
        Assert.Empty(error);
        Found[] found = [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<Found>(l, JsonSerializerOptions.Web)!)];
        Assert.True(code == expected, $"{code}\n{said}");
        return found;
    }

    // As a person types it: the command line, which becomes the silo.
    private Task<(int Code, string Output, string Error)> RunAsync(string[] arguments, params (string Name, string Value)[] environment) => Repository.RunAsync(
        Environment.ProcessPath is { } host && host.EndsWith("dotnet", StringComparison.Ordinal) ? host : Repository.Find("dotnet")!,
        [Path.Combine(AppContext.BaseDirectory, "vgpnn.dll"), "doctor", .. arguments],
        environment: environment.ToDictionary(e => e.Name, e => (string?)e.Value), directory: _directory);

    private sealed record Found(string Of, string Health, string Says, string? Mend);

    private sealed class Ahead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
