using System.CommandLine;

namespace Vgpnn.Client.CommandLine;

/// <summary>What the work may use.</summary>
/// <param name="Threads">Threads.</param>
/// <param name="MemoryLimit">Bytes.</param>
internal sealed record MachineRequest(int Threads, long MemoryLimit);

/// <summary>The options that say what the work may use; none of them changes a bit of the results.</summary>
internal sealed class MachineSettings
{
    private const string Group = "Machine";

    private readonly Setting<string> _device = new("--device", "auto|cpu", TryDevice)
    {
        Group = Group,
        Description = "Where to compute; 'vgpnn devices' lists what is there.",
        Allowed = "auto or cpu",
        Default = "auto",
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
        new(_threads.Or(parse, Environment.ProcessorCount), _maxMemory.Or(parse, DefaultMemoryLimit));

    /// <summary>Four fifths of what the machine or its container allows.</summary>
    private static long DefaultMemoryLimit => (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 0.8);

    private static bool TryDevice(string text, out string device)
    {
        device = text.ToLowerInvariant();
        return device is "auto" or "cpu";
    }
}
