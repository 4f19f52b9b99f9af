using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Vgpnn.Testing.Cluster;

/// <summary>
/// Azurite, Microsoft's emulator of Azure Storage, on private ports: one server with its blob and table services for the test process.
/// <c>./test</c> installs it; tests that need it are skipped where it is missing.
/// </summary>
internal sealed partial class AzuriteServer
{
    /// <summary>Name of Azurite's only account; name and key are public.</summary>
    public const string Account = "devstoreaccount1";

    /// <summary>The account's key.</summary>
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly string? Program = Find();
    private static readonly Lazy<Task<AzuriteServer>> Instance = new(() => Task.Run(StartAsync));

    // Azurite stops when this process's standard input closes, however the test process ends.
    private readonly Process _keeper;

    private AzuriteServer(int blobPort, int tablePort, Process keeper) => (BlobPort, TablePort, _keeper) = (blobPort, tablePort, keeper);

    /// <summary>Why Azurite is missing; <c>null</c> means that it is installed.</summary>
    public static string? Missing { get; } = Program is null ? "Azurite is missing: npm could not install it into .build/azurite" : null;

    /// <summary>Port of the blob service.</summary>
    public int BlobPort { get; }

    /// <summary>Port of the table service.</summary>
    public int TablePort { get; }

    /// <summary>Connection string of the blob and table services.</summary>
    public string ConnectionString => ConnectionStringVia(BlobPort, TablePort);

    /// <summary>The server of this test process.</summary>
    public static Task<AzuriteServer> SharedAsync() => Instance.Value;

    /// <summary>A new name for a container or a table, or a prefix of such names, so that tests do not share them.</summary>
    public static string NewName() => $"t{Guid.NewGuid():N}";

    /// <summary>Address of a container.</summary>
    public Uri Container(string name, int? blobPort = null) => new($"{Endpoint(blobPort ?? BlobPort)}/{name}");

    /// <summary>Connection string of proxies in front of the services.</summary>
    public string ConnectionStringVia(int blobPort, int? tablePort = null) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Endpoint(blobPort)};"
        + $"TableEndpoint={Endpoint(tablePort ?? TablePort)};";

    private static string Endpoint(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/{Account}");

    private static async Task<AzuriteServer> StartAsync()
    {
        string directory = Directory.CreateTempSubdirectory("vgpnn-azurite-").FullName;
        const string keeper = "node \"$@\" & read -r end; kill $!; wait; rm -rf -- \"$0\"";
        const string host = "127.0.0.1", anyPort = "0";
        var start = new ProcessStartInfo("sh", ["-c", keeper, directory, Program!, "--location", directory, "--blobHost", host, "--blobPort", anyPort,
            "--tableHost", host, "--tablePort", anyPort, "--queueHost", host, "--queuePort", anyPort,
            "--silent", "--skipApiVersionCheck", "--disableTelemetry"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        var process = Process.Start(start)!;
        var output = new StringBuilder();
        process.ErrorDataReceived += (_, line) => output.AppendLine(line.Data);
        process.BeginErrorReadLine();
        var ports = new Dictionary<string, int>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            output.AppendLine(line);
            if (Listening().Match(line) is { Success: true } found)
                ports[found.Groups[1].Value] = int.Parse(found.Groups[2].Value, CultureInfo.InvariantCulture);
            if (!ports.TryGetValue("Blob", out int blobPort) || !ports.TryGetValue("Table", out int tablePort)) continue;

            // The pipe must not fill up.
            _ = Task.Run(process.StandardOutput.ReadToEndAsync);
            return new AzuriteServer(blobPort, tablePort, process);
        }

        throw new InvalidOperationException($"Azurite did not start: {output}");
    }

    private static string? Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string program = Path.Combine(at.FullName, ".build", "azurite", "node_modules", "azurite", "dist", "src", "azurite.js");
            if (File.Exists(program)) return program;
        }

        return null;
    }

    [GeneratedRegex(@"Azurite (\w+) service is successfully listening at http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
