using System.Diagnostics;
using System.Globalization;

namespace Vgpnn.Testing.Cluster;

/// <summary>
/// Ceph's object gateway, a server for S3, on private ports: one for the test process, whose content stays in memory
/// (<c>scripts/s3-server.sh</c>). <c>./test</c> downloads it; tests that need it are skipped where it is missing.
/// </summary>
internal sealed class S3Server
{
    private const string AccessKey = "tests", SecretKey = "a secret of the tests";

    private static readonly string? Script = Find();
    private static readonly Lazy<Task<S3Server>> Instance = new(() => Task.Run(StartAsync));

    // The server stops when this process's standard input closes, however the test process ends.
    private readonly Process _keeper;

    private S3Server(int port, Process keeper) => (Port, _keeper) = (port, keeper);

    /// <summary>Why the server is missing; <c>null</c> means that it is installed.</summary>
    public static string? Missing { get; } = Script is null ? "Ceph is missing: apt-get could not download it into .build/ceph" : null;

    /// <summary>Port of the server.</summary>
    public int Port { get; }

    /// <summary>The credentials, as environment variables.</summary>
    public static IReadOnlyDictionary<string, string> Credentials { get; } = new Dictionary<string, string>
    {
        ["AWS_ACCESS_KEY_ID"] = AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    /// <summary>The server of this test process, which gets the credentials into its environment.</summary>
    public static Task<S3Server> SharedAsync() => Instance.Value;

    /// <summary>A new name for a bucket, so that tests do not share them.</summary>
    public static string NewName() => $"t{Guid.NewGuid():N}";

    /// <summary>The blob store setting of a bucket.</summary>
    /// <param name="bucket">Its name, with a prefix if there is one.</param>
    /// <param name="port">Port of a proxy in front of the server; <c>null</c> means the server's.</param>
    public string Setting(string bucket, int? port = null) =>
        string.Create(CultureInfo.InvariantCulture, $"s3://{bucket}?endpoint=http://127.0.0.1:{port ?? Port}");

    private static async Task<S3Server> StartAsync()
    {
        foreach ((string name, string value) in Credentials) Environment.SetEnvironmentVariable(name, value);
        string directory = Directory.CreateTempSubdirectory("vgpnn-s3-").FullName;
        int port = PostgresServer.FreePort();
        string[] ports = [port.ToString(CultureInfo.InvariantCulture), PostgresServer.FreePort().ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo("bash", [Script!, directory, .. ports, AccessKey, SecretKey])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string? line = await process.StandardOutput.ReadLineAsync();
        return line == "ready" ? new S3Server(port, process) : throw new InvalidOperationException($"Ceph did not start: {await errors}");
    }

    private static string? Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string script = Path.Combine(at.FullName, "scripts", "s3-server.sh");
            if (!File.Exists(script)) continue;
            return File.Exists(Path.Combine(at.FullName, ".build", "ceph", "complete")) || File.Exists("/usr/bin/radosgw") ? script : null;
        }

        return null;
    }
}
