using System.Globalization;
using Vgpnn.Grains;
using Vgpnn.Grains.Keys;
using Vgpnn.Synthesis.Backends;

namespace Vgpnn.Silo.Settings;

/// <summary>Settings of a silo. Every one has a default that suits one machine.</summary>
internal sealed record SiloSettings
{
    private const long MegaByte = 1 << 20;

    /// <summary>Directory of a server that keeps everything on its own machine.</summary>
    public string Data { get; init; } = "vgpnn-data";

    /// <summary>
    /// Where the cluster keeps its state. Empty: SQLite in <see cref="Data"/>, for one process. <c>postgres:CONNECTION</c>, or
    /// <c>azure:CONNECTION</c>, or <c>azure:https://ACCOUNT.blob.core.windows.net</c> with a managed identity.
    /// </summary>
    public string Storage { get; init; } = "";

    /// <summary>Where blobs are: a directory, <c>azure:CONNECTION;Container=NAME</c> or <c>s3://BUCKET?region=REGION</c>. Default: a directory in <see cref="Data"/>, or the account of <see cref="Storage"/>.</summary>
    public string Blobs { get; init; } = "";

    /// <summary>
    /// What the silo does: <c>api</c>, <c>worker</c>, <c>notify</c> (webhooks; the only role that reaches outside), or several of them;
    /// or <c>client</c> alone: the HTTP API in a process that hosts no grains.
    /// </summary>
    public string Roles { get; init; } = "api,worker,notify";

    /// <summary>Address and port of the HTTP API.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:7413";

    /// <summary>
    /// Reverse proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> count: IP addresses and networks such as <c>10.0.0.0/8</c>, separated
    /// by commas. Empty: the headers are ignored.
    /// </summary>
    public string TrustedProxies { get; init; } = "";

    /// <summary>
    /// Host names that requests may name, separated by commas; <c>*.example.com</c> stands for all subdomains, <c>*</c> for any name. Empty: with
    /// <see cref="Serve"/> and loopback addresses in <see cref="Urls"/> only the names of this machine's loopback interface, otherwise any.
    /// </summary>
    public string Hosts { get; init; } = "";

    /// <summary>The silo's name in logs; a worker's id is this and something random.</summary>
    public string Name { get; init; } = Environment.MachineName.ToLowerInvariant();

    /// <summary>Identifies the cluster among those that share a storage.</summary>
    public string ClusterId { get; init; } = "vgpnn";

    /// <summary>Identifies the stored state; it outlives the cluster's silos.</summary>
    public string ServiceId { get; init; } = "vgpnn";

    /// <summary>An API key with all scopes for the tenant <c>default</c>, added when an API silo starts; <c>silo key</c> makes one. Empty: none.</summary>
    public string AdminKey { get; init; } = "";

    /// <summary>IP address at which other silos reach this one.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Port for other silos; 0: a free one.</summary>
    public int SiloPort { get; init; }

    /// <summary>Port for processes with the role <c>client</c>; 0: none.</summary>
    public int GatewayPort { get; init; }

    /// <summary>PEM file of the certificate for traffic between silos; with the other two, silos without one cannot join.</summary>
    public string TlsCertificate { get; init; } = "";

    /// <summary>PEM file of the certificate's private key.</summary>
    public string TlsKey { get; init; } = "";

    /// <summary>PEM file of the authority that signs the silos' certificates.</summary>
    public string TlsAuthority { get; init; } = "";

    /// <summary>Whether the Orleans dashboard is served at <c>/orleans</c>, for keys with the scope admin.</summary>
    public bool Dashboard { get; init; }

    /// <summary>Whether metrics are served at <c>/metrics</c> in Prometheus' format, to whoever can reach the port.</summary>
    public bool Metrics { get; init; }

    /// <summary>Jobs at once.</summary>
    public int Slots { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Threads per sample; 0: the processors shared among the slots.</summary>
    public int Threads { get; init; }

    /// <summary>Megabytes for all jobs; 0: three quarters of the machine's, less the level cache.</summary>
    public long MemoryMegabytes { get; init; }

    /// <summary>Megabytes of levels that are kept for the next sample of the same video.</summary>
    public long LevelCacheMegabytes { get; init; } = 512;

    /// <summary>Seconds of silence after which a worker is lost and its jobs are queued again.</summary>
    public double LeaseSeconds { get; init; } = 3;

    /// <summary>Least seconds between checkpoints of a sample; 0: one after every level.</summary>
    public double CheckpointSeconds { get; init; } = 1;

    /// <summary>Seconds that a silo that shuts down waits for its jobs' checkpoints.</summary>
    public double DrainSeconds { get; init; } = 20;

    /// <summary>Crashes of its worker with which a job that ran alone is given up; three count as one where others were lost with it.</summary>
    public int MaxCrashes { get; init; } = 2;

    /// <summary>
    /// <c>cpu</c>, or <c>gpu</c> (<c>gpu:1</c> for another than the first): requests that a device can make are made on
    /// devices. A worker with this setting opens its device at the start, and makes samples of one request together on it, as many as fit.
    /// </summary>
    public string Device { get; init; } = BackendName.Cpu;

    /// <summary>Megabytes of one upload.</summary>
    public long MaxUploadMegabytes { get; init; } = 2048;

    /// <summary>Seconds that one run of the decoder on an upload may take.</summary>
    public double DecodeSeconds { get; init; } = 600;

    /// <summary>Whether the server is self-hosted by one user: it prints a sign-in link, and makes a first key.</summary>
    public bool Serve { get; init; }

    /// <summary>Whether the silo sets the storage up at its start; else it only checks it.</summary>
    public bool Migrate { get; init; } = true;

    /// <summary>Whether webhooks may go to this network and without encryption: for trying out, never where strangers submit.</summary>
    public bool InsecureWebhooks { get; init; }

    public bool HasDevice => Device != BackendName.Cpu;

    /// <summary>Index of the device; <c>null</c>: the first.</summary>
    public int? DeviceIndex => Device.Split(':') is [_, { } index] ? int.Parse(index, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    public bool IsNotifier => HasRole("notify");

    public bool IsApi => HasRole("api") || IsClient;

    public bool IsWorker => HasRole("worker");

    /// <summary>Whether the process hosts no grains.</summary>
    public bool IsClient => HasRole("client");

    public long MaxUpload => MaxUploadMegabytes * MegaByte;

    public TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);

    public int ThreadsPerSample => Threads > 0 ? Threads : Math.Max(1, Environment.ProcessorCount / Slots);

    public long Memory => MemoryMegabytes > 0
        ? MemoryMegabytes * MegaByte
        : Math.Max(256 * MegaByte, (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 3 / 4) - LevelCache);

    public long LevelCache => LevelCacheMegabytes * MegaByte;

    /// <summary>Reads and validates the settings.</summary>
    /// <exception cref="GrainException">A setting is invalid; the message names it.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var settings = new SiloSettings();
        try
        {
            settings = configuration.Get<SiloSettings>() ?? settings;
        }
        catch (InvalidOperationException e)
        {
            throw new GrainException("bad-setting", e.Message);
        }

        if (settings.Blobs.Length == 0)
        {
            // A managed identity's address names the account; the container is added.
            settings = settings with
            {
                Blobs = !settings.Storage.StartsWith("azure:", StringComparison.Ordinal) ? Path.Combine(settings.Data, "blobs")
                    : settings.Storage.StartsWith("azure:https://", StringComparison.OrdinalIgnoreCase) ? $"{settings.Storage.TrimEnd('/')}/vgpnn"
                    : settings.Storage,
            };
        }

        settings.Validate();
        return settings;
    }

    private bool HasRole(string role) => Roles.Split(',', StringSplitOptions.TrimEntries).Contains(role, StringComparer.Ordinal);

    private void Validate()
    {
        string[] roles = Roles.Split(',', StringSplitOptions.TrimEntries);
        Require(
            roles is ["client"] || (roles.Length > 0 && roles.All(r => r is "api" or "worker" or "notify")), nameof(Roles), Roles,
            "api, worker and notify, separated by commas, or client alone");
        if (AdminKey.Length > 0 && KeyText.Read(AdminKey)?.Prefix != KeyText.Key)
            throw new GrainException("bad-setting", "the setting AdminKey is not an API key, or was mistyped", "'silo key' makes one");
        Require(Slots is >= 1 and <= 1024, nameof(Slots), Slots, "1 to 1024");
        Require(Threads is >= 0 and <= 1024, nameof(Threads), Threads, "0 to 1024");
        Require(MemoryMegabytes >= 0, nameof(MemoryMegabytes), MemoryMegabytes, "0 or more");
        Require(MaxUploadMegabytes is >= 1 and <= 1 << 20, nameof(MaxUploadMegabytes), MaxUploadMegabytes, "1 to 1048576");
        Require(DecodeSeconds is >= 1 and <= 86400, nameof(DecodeSeconds), DecodeSeconds, "1 to 86400");
        Require(LevelCacheMegabytes >= 0, nameof(LevelCacheMegabytes), LevelCacheMegabytes, "0 or more");
        Require(LeaseSeconds is >= 2 and <= 600, nameof(LeaseSeconds), LeaseSeconds, "2 to 600; workers report every second");
        Require(CheckpointSeconds is >= 0 and <= 600, nameof(CheckpointSeconds), CheckpointSeconds, "0 to 600");
        Require(DrainSeconds is >= 0 and <= 3600, nameof(DrainSeconds), DrainSeconds, "0 to 3600");
        Require(SiloPort is >= 0 and <= 65535, nameof(SiloPort), SiloPort, "0 to 65535");
        Require(GatewayPort is >= 0 and <= 65535, nameof(GatewayPort), GatewayPort, "0 to 65535");
        bool device = Device is BackendName.Cpu or BackendName.Gpu
            || (Device.StartsWith("gpu:", StringComparison.Ordinal) && Device.Length is 5 or 6 && Device[4..].All(char.IsAsciiDigit));
        Require(device, nameof(Device), Device, "cpu, gpu, or gpu: and a number");
        Require(MaxCrashes is >= 1 and <= 1000, nameof(MaxCrashes), MaxCrashes, "1 to 1000");
        RequireName(Name, nameof(Name));
        RequireName(ClusterId, nameof(ClusterId));
        RequireName(ServiceId, nameof(ServiceId));
    }

    private static void RequireName(string value, string setting) => Require(
        value.Length is >= 1 and <= 100 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'), setting, value, "up to 100 letters, digits, dots and dashes");

    private static void Require(bool holds, string name, IFormattable value, string allowed) =>
        Require(holds, name, value.ToString(null, CultureInfo.InvariantCulture), allowed);

    private static void Require(bool holds, string name, string value, string allowed)
    {
        if (!holds) throw new GrainException("bad-setting", $"invalid value '{value}' of the setting {name}; use {allowed}");
    }
}
