using System.CommandLine;

namespace Vgpnn.Client.CommandLine;

/// <summary>Resources that a run may use.</summary>
/// <param name="Threads">Number of threads.</param>
/// <param name="MemoryLimit">Maximum memory in bytes.</param>
/// <param name="Device">The device.</param>
/// <param name="Measures">Whether the time of every GPU launch is measured.</param>
/// <param name="FormerSearch">Whether a GPU uses the search of version 0.1, for manifests of that version.</param>
internal sealed record MachineRequest(int Threads, long MemoryLimit, DeviceChoice Device = default, bool Measures = false, bool FormerSearch = false);

/// <summary>Options for device, threads and memory. Only the backend affects the results.</summary>
internal sealed class MachineSettings
{
    private const string Group = "Machine";

    private readonly Setting<DeviceChoice> _device = new("--device", "auto|cpu|gpu[:N]", DeviceChoice.TryParse)
    {
        Group = Group,
        Description = "Device to compute on; 'vgpnn devices' lists all.",
        Allowed = DeviceChoice.Allowed,
        Default = "auto, the fastest",
    };

    private readonly Setting<int> _threads = new("--threads", "N", ValueText.Integer(1, 256))
    {
        Group = Group,
        Description = "Number of threads.",
        Allowed = "an integer from 1 to 256",
        Default = "one per core",
    };

    private readonly Setting<long> _maxMemory = new("--max-memory", "SIZE", ByteSize.TryParse)
    {
        Group = Group,
        Description = "Fail before starting if the run would need more memory.",
        Allowed = "a size such as 800M, 2G or 1.5GiB",
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

    /// <summary>80 % of the memory of the machine or its container, in bytes.</summary>
    private static long DefaultMemoryLimit => (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 0.8);
}
