using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using Spectre.Console;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn devices</c>: what can compute here.</summary>
internal sealed class DevicesCommand : Verb
{
    public DevicesCommand()
        : base("devices", "List what can compute on this machine.") => Add(Json);

    public override IReadOnlyList<Example> Examples => [new("devices", "What '--device' can name, with cores and memory.")];

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        DeviceReport cpu = Cpu();
        if (Json.IsGiven(parse))
        {
            Console.WriteLine(JsonSerializer.Serialize(cpu, RunEventJson.Lines.DeviceReport));
        }
        else
        {
            Table table = Tables.New("Device", "Model", "Cores", "Vectors", "Memory");
            table.AddRow(
                cpu.Name, Markup.Escape(cpu.Model), $"{cpu.Cores}", cpu.VectorBits > 0 ? $"{cpu.VectorBits} bits" : "none",
                ByteSize.Format(cpu.MemoryBytes));
            Tables.Write(table);
        }

        return Task.FromResult(ExitCode.Success);
    }

    private static DeviceReport Cpu() => new(
        "cpu", ManifestMaker.EngineClass, CpuModel(), Environment.ProcessorCount, VectorBits(),
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    private static int VectorBits() =>
        Vector512.IsHardwareAccelerated ? 512
        : Vector256.IsHardwareAccelerated ? 256
        : Vector128.IsHardwareAccelerated ? 128 : 0;

    private static string CpuModel()
    {
        const string info = "/proc/cpuinfo";
        string? line = File.Exists(info)
            ? File.ReadLines(info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
