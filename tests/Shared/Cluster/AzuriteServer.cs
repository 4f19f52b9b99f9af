using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Vgpnn.Grains.Blobs;

namespace Vgpnn.Testing.Cluster;

/// <summary>
/// A real Azurite, the maker's own emulator of Azure Blob Storage, on a private port, started once for the test process.
/// ./test installs it; where that is not possible the tests that need it are skipped.
/// </summary>
internal sealed partial class AzuriteServer
{
    /// <summary>Azurite's one account; name and key are the same everywhere, and no secret.</summary>
    public const string Account = "devstoreaccount1";

    /// <summary>Its key.</summary>
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly string? Program = Find();
    private static readonly Lazy<Task<AzuriteServer>> Instance = new(() => Task.Run(StartAsync));

    // As long as its input is open Azurite lives; the test process may end in any way.
    private readonly Process _keeper;

    private AzuriteServer(int port, Process keeper) => (Port, _keeper) = (port, keeper);

    /// <summary>Why it cannot be had here; null: it can.</summary>
    public static string? Missing { get; } = Program is null ? "Azurite is not there: npm could not install it into .build/azurite" : null;

    /// <summary>The port that it listens on.</summary>
    public int Port { get; }

    /// <summary>The one of this test process.</summary>
    public static Task<AzuriteServer> SharedAsync() => Instance.Value;

    /// <summary>The address of a container that nobody else uses.</summary>
    public Uri NewContainer(int? port = null) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port ?? Port}/{Account}/t{Guid.NewGuid():N}"));

    /// <summary>A container's address with a shared access signature for an hour (the service's REST reference, "Create a service SAS", version 2020-12-06 and later).</summary>
    public static Uri Signed(Uri container, string permissions = "rwdl")
    {
        string expiry = DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        string name = container.AbsolutePath.Split('/')[^1];
        string text = string.Join('\n', permissions, "", expiry, $"/blob/{Account}/{name}", "", "", "", "2020-12-06", "c", "", "", "", "", "", "", "");
        string signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Key), Encoding.UTF8.GetBytes(text)));
        return new Uri($"{container}?sv=2020-12-06&sr=c&sp={permissions}&se={Uri.EscapeDataString(expiry)}&sig={Uri.EscapeDataString(signature)}");
    }

    /// <summary>A store in a container of its own.</summary>
    public async Task<AzureBlobStore> NewStoreAsync()
    {
        AzureBlobStore store = AzureBlobStore.WithSharedKey(NewContainer(), Account, Key);
        await store.CreateContainerAsync();
        return store;
    }

    private static async Task<AzuriteServer> StartAsync()
    {
        string directory = Directory.CreateTempSubdirectory("vgpnn-azurite-").FullName;
        const string keeper = "node \"$@\" & read -r end; kill $!; wait; rm -rf -- \"$0\"";
        var start = new ProcessStartInfo("sh", ["-c", keeper, directory, Program!, "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", directory,
            "--silent", "--skipApiVersionCheck", "--disableTelemetry"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        var process = Process.Start(start)!;
        var said = new StringBuilder();
        process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listens().Match(line) is not { Success: true } listens)
            {
                said.AppendLine(line);
                continue;
            }

            // Nobody may let the pipe run full.
            _ = Task.Run(process.StandardOutput.ReadToEndAsync);
            return new AzuriteServer(int.Parse(listens.Groups[1].Value, CultureInfo.InvariantCulture), process);
        }

        throw new InvalidOperationException($"Azurite did not start: {said}");
    }

    private static string? Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string program = Path.Combine(at.FullName, ".build", "azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js");
            if (File.Exists(program)) return program;
        }

        return null;
    }

    [GeneratedRegex(@"listens on http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Listens();
}
