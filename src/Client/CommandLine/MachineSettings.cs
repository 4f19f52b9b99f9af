using System.CommandLine;

namespace Vgpnn.Client.CommandLine;

/// <summary>What the work may use.</summary>
/// <param name="Threads">Threads.</param>
/// <param name="MemoryLimit">Bytes.</param>
/// <param name="Device">What computes.</param>
/// <param name="Measures">Whether every launch on a device is measured.</param>
/// <param name="FormerSearch">Whether a device searches as in version 0.1, for manifests of that version.</param>
internal sealed record MachineRequest(int Threads, long MemoryLimit, DeviceChoice Device = default, bool Measures = false, bool FormerSearch = false);

/// <summary>The options that say what the work may use; but for the class of engine none of them changes a bit of the results.</summary>
internal sealed class MachineSettings
{
    private const string Group = "Machine";

    private readonly Setting<DeviceChoice> _device = new("--device", "auto|cpu|gpu[:N]", DeviceChoice.TryParse)
    {
        Group = Group,
        Description = "Where to compute; 'vgpnn devices' lists what is there.",
        Allowed = DeviceChoice.Allowed,
        Default = "auto: the faster one",
    };

    private readonly Setting<int> _threads = new("--threads", "N", ValueText.Integer(1, 256))
    {
        Group = Group,
        Description = "Threads to compute on.",
        Allowed = "a whole number from 1 to 256",
        Default = "one per core",
    };

    private readonly Setting<long> _maxMemory = new("--max-memory", "SIZE", ByteSize.TryParse)
    {
        Group = Group,
        Description = "Refuse at once what would take more memory.",
        Allowed = "an amount of memory such as 800M, 2G or 1.5GiB",
        Default = "80 % of the machine's memory",
    };

    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_threads);
        command.Add(_maxMemory);
    }

    public MachineRequest Read(ParseResult parse) =>
        new(_threads.Or(parse, Environment.ProcessorCount), _maxMemory.Or(parse, DefaultMemoryLimit), _device.Or(parse, default));

    /// <summary>Four fifths of what the machine or its container allows.</summary>
    private static long DefaultMemoryLimit => (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 0.8);
}
