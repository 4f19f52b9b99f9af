using System.Globalization;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Synthesis;

namespace Vgpnn.Silo;

/// <summary>What a node is told at its start. Every setting has a default that suits one machine.</summary>
internal sealed record SiloSettings
{
    private const long MegaByte = 1 << 20;

    /// <summary>The directory of a node that keeps everything on its own machine.</summary>
    public string Data { get; init; } = "vgpnn-data";

    /// <summary>Where the state is: <c>Host=…</c> for PostgreSQL, else SQLite. Default: a file in <see cref="Data"/>.</summary>
    public string Database { get; init; } = "";

    /// <summary>Where blobs are: a directory, or Azure Blob Storage. Default: a directory in <see cref="Data"/>.</summary>
    public string Blobs { get; init; } = "";

    /// <summary>What the node does: <c>api</c>, <c>worker</c>, <c>notify</c> (the only one that reaches outside), or several.</summary>
    public string Roles { get; init; } = "api,worker,notify";

    /// <summary>The address that it listens on.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:7413";

    /// <summary>What the node is called in logs; its id is this and something random, fresh for every process.</summary>
    public string Name { get; init; } = Environment.MachineName.ToLowerInvariant();

    /// <summary>Long turns at once.</summary>
    public int Slots { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Threads of each sample; 0: the processors shared among the slots.</summary>
    public int Threads { get; init; }

    /// <summary>Megabytes that long turns may hold together; 0: three quarters of the machine's, less the level cache.</summary>
    public long MemoryMegabytes { get; init; }

    /// <summary>Megabytes of levels that are kept for the next sample of the same video.</summary>
    public long LevelCacheMegabytes { get; init; } = 512;

    /// <summary>Seconds between a node's signs of life.</summary>
    public double CheckInSeconds { get; init; } = 2;

    /// <summary>Seconds of silence, beyond that, after which the others take a node for dead. At least two check-ins.</summary>
    public double ThresholdSeconds { get; init; } = 6;

    /// <summary>Seconds between checkpoints of a sample; 0: one after every level.</summary>
    public double CheckpointSeconds { get; init; } = 1;

    /// <summary>Seconds after which a node looks for work that nobody told it of.</summary>
    public double PollSeconds { get; init; } = 0.5;

    /// <summary>Seconds that a node that is told to stop waits for checkpoints.</summary>
    public double DrainSeconds { get; init; } = 20;

    /// <summary>Processes that a sample may take with it before it is given up; three count as one where others were lost with it.</summary>
    public int MaxCrashes { get; init; } = LongTurns.DefaultMaxCrashes;

    /// <summary>
    /// <c>cpu</c>, or <c>opencl</c> (<c>opencl:1</c> for another device than the first): requests that a device can make are made on devices. A worker
    /// with this setting opens its device at the start, and makes one sample at a time there.
    /// </summary>
    public string Device { get; init; } = EngineClass.Cpu;

    /// <summary>Megabytes of one upload.</summary>
    public long MaxUploadMegabytes { get; init; } = 2048;

    /// <summary>Seconds that one run of the decoder on an upload may take before it is ended with all that it started.</summary>
    public double DecodeSeconds { get; init; } = 600;

    /// <summary>Whether a person runs the node on a machine of their own: it says where it listens, and makes a first key.</summary>
    public bool Serve { get; init; }

    /// <summary>Whether the node brings the schema up to date at its start; else it only checks it.</summary>
    public bool Migrate { get; init; } = true;

    /// <summary>Whether webhooks may go to this machine and without encryption: for trying out, and never where strangers submit.</summary>
    public bool InsecureWebhooks { get; init; }

    public bool HasDevice => Device != EngineClass.Cpu;

    /// <summary>Which device; null: the first.</summary>
    public int? DeviceIndex => Device.Split(':') is [_, { } index] ? int.Parse(index, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    public bool IsNotifier => Roles.Contains("notify", StringComparison.Ordinal);

    public bool IsApi => Roles.Contains("api", StringComparison.Ordinal);

    public long MaxUpload => MaxUploadMegabytes * MegaByte;

    public bool IsWorker => Roles.Contains("worker", StringComparison.Ordinal);

    public CheckIn CheckIn => new(TimeSpan.FromSeconds(CheckInSeconds), TimeSpan.FromSeconds(ThresholdSeconds));

    public int ThreadsPerSample => Threads > 0 ? Threads : Math.Max(1, Environment.ProcessorCount / Slots);

    public long Memory => MemoryMegabytes > 0
        ? MemoryMegabytes * MegaByte
        : Math.Max(256 * MegaByte, (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 3 / 4) - LevelCache);

    public long LevelCache => LevelCacheMegabytes * MegaByte;

    /// <summary>Reads the settings and refuses those that cannot be.</summary>
    /// <exception cref="GrainException">A setting cannot be; the message names it.</exception>
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

        if (settings.Database.Length == 0) settings = settings with { Database = $"Data Source={Path.Combine(settings.Data, "state.db")}" };
        if (settings.Blobs.Length == 0) settings = settings with { Blobs = Path.Combine(settings.Data, "blobs") };
        settings.ThrowIfNonsense();
        return settings;
    }

    private void ThrowIfNonsense()
    {
        string[] roles = Roles.Split(',', StringSplitOptions.TrimEntries);
        Require(roles.Length > 0 && roles.All(r => r is "api" or "worker" or "notify"), nameof(Roles), Roles, "api, worker and notify, separated by commas");
        Require(Slots is >= 1 and <= 1024, nameof(Slots), Slots, "1 to 1024");
        Require(Threads is >= 0 and <= 1024, nameof(Threads), Threads, "0 to 1024");
        Require(MemoryMegabytes >= 0, nameof(MemoryMegabytes), MemoryMegabytes, "0 or more");
        Require(MaxUploadMegabytes is >= 1 and <= 1 << 20, nameof(MaxUploadMegabytes), MaxUploadMegabytes, "1 to 1048576");
        Require(DecodeSeconds is >= 1 and <= 86400, nameof(DecodeSeconds), DecodeSeconds, "1 to 86400");
        Require(LevelCacheMegabytes >= 0, nameof(LevelCacheMegabytes), LevelCacheMegabytes, "0 or more");
        Require(CheckInSeconds is >= 0.2 and <= 60, nameof(CheckInSeconds), CheckInSeconds, "0.2 to 60");
        Require(
            ThresholdSeconds >= 2 * CheckInSeconds && ThresholdSeconds <= 600, nameof(ThresholdSeconds), ThresholdSeconds,
            "at least two check-ins, so that one that is late kills nobody, and at most 600");
        Require(CheckpointSeconds is >= 0 and <= 600, nameof(CheckpointSeconds), CheckpointSeconds, "0 to 600");
        Require(PollSeconds is >= 0.05 and <= 60, nameof(PollSeconds), PollSeconds, "0.05 to 60");
        Require(DrainSeconds is >= 0 and <= 3600, nameof(DrainSeconds), DrainSeconds, "0 to 3600");
        bool device = Device is EngineClass.Cpu or EngineClass.OpenCl
            || (Device.StartsWith("opencl:", StringComparison.Ordinal) && Device.Length is 8 or 9 && Device[7..].All(char.IsAsciiDigit));
        Require(device, nameof(Device), Device, "cpu, opencl, or opencl: and a number");
        Require(MaxCrashes is >= 1 and <= 1000, nameof(MaxCrashes), MaxCrashes, "1 to 1000");
        Require(Name.Length is >= 1 and <= 100 && Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'), nameof(Name), Name, "letters, digits, dots and dashes");
    }

    private static void Require(bool holds, string name, IFormattable value, string allowed) =>
        Require(holds, name, value.ToString(null, CultureInfo.InvariantCulture), allowed);

    private static void Require(bool holds, string name, string value, string allowed)
    {
        if (!holds) throw new GrainException("bad-setting", $"the setting {name} cannot be {value}: it takes {allowed}");
    }
}
