using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Vgpnn.Testing.Cluster;

/// <summary>
/// A PostgreSQL server for the tests, on a private port, started once per test process. PostgreSQL does not run as root; then it runs as the user
/// postgres, which its package creates.
/// </summary>
public sealed class PostgresServer
{
    private static readonly Lazy<Task<PostgresServer>> Instance = new(() => Task.Run(StartAsync));
    private static readonly bool IsRoot = Environment.UserName == "root";

    private readonly string _directory;
    private readonly string _binaries;

    private PostgresServer(string directory, string binaries, int port)
    {
        _directory = directory;
        _binaries = binaries;
        Port = port;
    }

    /// <summary>Port of the server.</summary>
    public int Port { get; }

    /// <summary>Process id of the postmaster.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(_directory, "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The server of this test process.</summary>
    public static Task<PostgresServer> SharedAsync() => Instance.Value;

    /// <summary>Starts another server, for a test that stops or blocks it.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        string binaries = Directory.EnumerateDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin";
        string directory = Directory.CreateTempSubdirectory("vgpnn-postgres-").FullName;
        if (IsRoot) await RunAsync("chown", ["postgres", directory]);
        string data = Path.Combine(directory, "data");
        await RunAsync(AsUser($"{binaries}/initdb", ["-D", data, "-U", "admin", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]));
        var server = new PostgresServer(data, binaries, FreePort());
        await File.AppendAllTextAsync(
            Path.Combine(data, "postgresql.conf"),
            $"\nport = {server.Port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 300\nshared_buffers = 64MB\n");
        await server.StartAgainAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Remove();
        await server.ExecuteAsync("postgres", "CREATE ROLE vgpnn LOGIN CREATEDB CREATEROLE");
        return server;
    }

    /// <summary>Starts the server again.</summary>
    public Task StartAgainAsync() => RunAsync(AsUser(
        $"{_binaries}/pg_ctl", ["-D", _directory, "-l", Path.Combine(_directory, "log"), "-w", "-s", "start"]));

    /// <summary>Stops the server immediately, as in a power failure.</summary>
    public Task StopImmediatelyAsync() => RunAsync(AsUser($"{_binaries}/pg_ctl", ["-D", _directory, "-m", "immediate", "-w", "-s", "stop"]));

    /// <summary>Creates a database, owned by a user with the rights that an operator would grant.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        string name = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync("postgres", $"CREATE DATABASE {name} OWNER vgpnn");
        await ExecuteAsync(name, "GRANT ALL ON SCHEMA public TO vgpnn");
        return $"Host=127.0.0.1;Port={Port};Database={name};Username=vgpnn;Include Error Detail=true;Maximum Pool Size=20";
    }

    /// <summary>Copies a database into a new one, as an operator does: by a dump, read back.</summary>
    /// <returns>The connection string of the copy.</returns>
    public async Task<string> RestoreCopyAsync(string connection)
    {
        string dump = Path.Combine(Path.GetDirectoryName(_directory)!, $"{Guid.NewGuid():N}.dump");
        string copy = await CreateDatabaseAsync();
        string[] server = ["--host=127.0.0.1", $"--port={Port}", "--username=admin"];
        await RunAsync(AsUser($"{_binaries}/pg_dump", [.. server, "--format=custom", $"--file={dump}", NameIn(connection)]));
        await RunAsync(AsUser($"{_binaries}/pg_restore", [.. server, "--exit-on-error", $"--dbname={NameIn(copy)}", dump]));
        File.Delete(dump);
        return copy;

        static string NameIn(string connection) => new NpgsqlConnectionStringBuilder(connection).Database!;
    }

    /// <summary>Runs a statement as the superuser.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Database={database};Username=admin;Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A free TCP port.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Remove()
    {
        try
        {
            StopImmediatelyAsync().GetAwaiter().GetResult();
            Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // The test process is exiting; only a directory in /tmp may remain.
        }
    }

    private static (string Program, string[] Arguments) AsUser(string program, string[] arguments) =>
        IsRoot ? ("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments]) : (program, arguments);

    private static Task RunAsync((string Program, string[] Arguments) command) => RunAsync(command.Program, command.Arguments);

    private static async Task RunAsync(string program, string[] arguments)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = "/tmp" } };
        process.Start();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
