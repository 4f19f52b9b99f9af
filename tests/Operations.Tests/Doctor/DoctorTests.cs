using System.Globalization;
using System.Text.Json;
using Vgpnn.Grains.Storage;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;
using Xunit.Abstractions;

namespace Vgpnn.Operations.Tests.Doctor;

/// <summary><c>vgpnn doctor</c> on a healthy machine, and on machines with one fault each.</summary>
public sealed class DoctorTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-doctor-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Healthy_machine_passes_before_the_first_start_and_nothing_is_created()
    {
        IReadOnlyList<Found> found = await ExamineAsync(0);
        Assert.DoesNotContain(found, f => f.Health == "broken");
        Assert.Equal(["blobs", "devices", "disk", "ffmpeg", "sandbox", "storage"], found.Select(f => f.Of).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task Migrated_database_and_writable_blobs_pass()
    {
        string storage = await DatabaseAsync();
        await Migrator.MigrateAsync(StorageSetting.Parse(storage, _directory));
        string blobs = Directory.CreateDirectory(Path.Combine(_directory, "blobs")).FullName;
        IReadOnlyList<Found> found = await ExamineAsync(0, ("VGPNN_STORAGE", storage), ("VGPNN_BLOBS", blobs));
        Assert.Contains(found, f => f is { Of: "storage", Health: "well" or "doubtful" }
            && f.Says.Contains(string.Create(CultureInfo.InvariantCulture, $"schema {Migrator.SchemaVersion}"), StringComparison.Ordinal));
        Assert.Contains(found, f => f is { Of: "blobs", Health: "well" } && f.Says.Contains("64 KiB written, read and deleted", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(blobs, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Missing_ffmpeg_is_broken() => IsBroken(await ExamineAsync(1, ("PATH", _directory)), "ffmpeg", "ffmpeg", "apt-get install");

    [Fact]
    public async Task Unreachable_database_is_broken() => IsBroken(
        await ExamineAsync(1, ("VGPNN_STORAGE", $"postgres:Host=127.0.0.1;Port={PostgresServer.FreePort()};Database=x;Username=x")),
        "storage", "cannot be reached", "VGPNN_STORAGE");

    [Theory]
    [InlineData("Host=db;Password=secret", "no connection")]
    [InlineData("mysql:Host=db;Password=secret", "unknown kind of storage")]
    [InlineData("postgres:Sever=x;Password=secret", "invalid")]
    [InlineData("postgres:Password=secret", "no host")]
    [InlineData("azure:Password=secret", "invalid")]
    public async Task Invalid_storage_setting_is_broken_and_not_repeated(string storage, string says)
    {
        IReadOnlyList<Found> found = await ExamineAsync(1, ("VGPNN_STORAGE", storage), ("VGPNN_BLOBS", Path.Combine(_directory, "blobs")));
        IsBroken(found, "storage", says, ":");
        Assert.DoesNotContain(found, f => $"{f.Says} {f.Mend}".Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Database_without_the_schema_is_broken() =>
        IsBroken(await ExamineAsync(1, ("VGPNN_STORAGE", await DatabaseAsync())), "storage", "has not been set up", "silo migrate");

    [Fact]
    public async Task Database_of_a_newer_version_is_broken()
    {
        string storage = await DatabaseAsync();
        await Migrator.MigrateAsync(StorageSetting.Parse(storage, _directory));
        PostgresServer server = await PostgresServer.SharedAsync();
        await server.ExecuteAsync(
            new Npgsql.NpgsqlConnectionStringBuilder(storage["postgres:".Length..]).Database!,
            "UPDATE OrleansQuery SET QueryText = '999' WHERE QueryKey = 'VgpnnSchemaVersion'");
        IsBroken(await ExamineAsync(1, ("VGPNN_STORAGE", storage)), "storage", "schema version 999", "newer version");
    }

    [Fact]
    public async Task Blobs_and_a_disk_that_cannot_be_written_are_broken()
    {
        // A file system without room and without permissions, on every machine.
        IReadOnlyList<Found> found = await ExamineAsync(1, ("VGPNN_BLOBS", "/proc/self/vgpnn"));
        IsBroken(found, "blobs", "cannot be created", "--data");
        IsBroken(found, "disk", "0.0 GiB free for blobs", "make room");
    }

    [Fact]
    public async Task Unreachable_blob_storage_is_broken() => IsBroken(
        await ExamineAsync(1, ("VGPNN_BLOBS", $"azure:AccountName=a;AccountKey=AAAA;BlobEndpoint=http://127.0.0.1:{PostgresServer.FreePort()}/a;Container=blobs")),
        "blobs", "", "");

    [Fact]
    public async Task Unreachable_bucket_is_broken_and_its_credentials_are_not_shown()
    {
        IReadOnlyList<Found> found = await ExamineAsync(
            1, ("VGPNN_BLOBS", $"s3://clips?endpoint=http://127.0.0.1:{PostgresServer.FreePort()}"), ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"));
        IsBroken(found, "blobs", "cannot access blob", "VGPNN_BLOBS");
        Assert.DoesNotContain(found, f => $"{f.Says} {f.Mend}".Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Text_output_names_the_check_and_the_remedy()
    {
        (int code, string said, string error) = await RunAsync([], ("PATH", _directory));
        output.WriteLine(said);
        Assert.Equal((1, ""), (code, error));
        Assert.Matches(@"(?m)^BROKEN +ffmpeg +.*\n +.*apt-get install", said);
        Assert.Matches(@"(?m)^ok +blobs ", said);
    }

    private static void IsBroken(IReadOnlyList<Found> found, string of, string says, string mend)
    {
        Found broken = Assert.Single(found, f => f.Of == of && f.Health == "broken");
        Assert.Contains(says, broken.Says, StringComparison.Ordinal);
        Assert.Contains(mend, broken.Mend!, StringComparison.Ordinal);
    }

    private static async Task<string> DatabaseAsync() => $"postgres:{await (await PostgresServer.SharedAsync()).CreateDatabaseAsync()}";

    private async Task<IReadOnlyList<Found>> ExamineAsync(int expected, params (string Name, string Value)[] environment)
    {
        (int code, string said, string error) = await RunAsync(["--json"], environment);
        output.WriteLine(said);
        Assert.Empty(error);
        Found[] found = [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<Found>(l, JsonSerializerOptions.Web)!)];
        Assert.True(code == expected, $"{code}\n{said}");
        return found;
    }

    /// <summary>Runs the command line, which becomes the silo.</summary>
    private Task<(int Code, string Output, string Error)> RunAsync(string[] arguments, params (string Name, string Value)[] environment) => Repository.RunAsync(
        Environment.ProcessPath is { } host && host.EndsWith("dotnet", StringComparison.Ordinal) ? host : Repository.Find("dotnet")!,
        [Path.Combine(AppContext.BaseDirectory, "vgpnn.dll"), "doctor", .. arguments],
        environment: environment.ToDictionary(e => e.Name, e => (string?)e.Value), directory: _directory);

    private sealed record Found(string Of, string Health, string Says, string? Mend);
}
