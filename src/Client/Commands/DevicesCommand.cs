using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using Spectre.Console;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Synthesis.Backends;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn devices</c>: lists the processors of this machine.</summary>
internal sealed class DevicesCommand : Verb
{
    public DevicesCommand()
        : base("devices", "List the devices of this machine that --device can select.") => Add(Json);

    public override IReadOnlyList<Example> Examples => [new("devices", "All devices with their cores and memory.")];

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        (DeviceReport[] devices, string? missing) = Gpus();
        devices = [Cpu(), .. devices];
        if (Json.IsGiven(parse))
        {
            foreach (DeviceReport device in devices) Console.WriteLine(JsonSerializer.Serialize(device, RunEventJson.Lines.DeviceReport));
        }
        else
        {
            Table table = Tables.New("Device", "Model", "Cores", "Vectors", "Memory");
            foreach (DeviceReport device in devices)
            {
                table.AddRow(
                    device.Name, Markup.Escape(Shortened(device.Model)), $"{device.Cores}", device.VectorBits > 0 ? $"{device.VectorBits} bits" : "–",
                    ByteSize.Format(device.MemoryBytes));
            }

            Tables.Write(table);
        }

        if (missing is not null) Console.Error.WriteLine($"No GPU: {missing}.");
        return Task.FromResult(ExitCode.Success);
    }

    private static (DeviceReport[] Devices, string? Missing) Gpus()
    {
        try
        {
            return ([.. Devices.List().Select(d => new DeviceReport(
                $"gpu:{d.Index}", BackendName.Gpu, $"{d.Name} ({d.Platform}, {d.Version})", d.Units, 0, d.Memory))], null);
        }
        catch (DeviceException e)
        {
            return ([], e.Message);
        }
    }

    // Names by drivers can be long; the JSON output contains them in full.
    private static string Shortened(string model)
    {
        const int longest = 60;
        return model.Length > longest ? string.Concat(model.AsSpan(0, longest), "…") : model;
    }

    private static DeviceReport Cpu() => new(
        "cpu", BackendName.Cpu, CpuModel(), Environment.ProcessorCount, VectorBits(),
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
