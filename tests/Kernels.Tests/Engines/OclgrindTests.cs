using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>
/// Every kernel in a simulator that looks at each access: none out of bounds, no race, nothing that was never written; and, as the simulator is another maker's device, the
/// same bits as on the first one.
/// </summary>
public class OclgrindTests
{
    private const string Library = "/usr/lib/oclgrind/liboclgrind-rt-icd.so";

    private static string? Missing { get; } = DeviceFactAttribute.Missing ?? (File.Exists(Library) ? null : "oclgrind is not installed");

    [OclgrindFact]
    public async Task No_kernel_reads_or_writes_where_it_must_not_or_what_was_never_written_and_none_races()
    {
        DirectoryInfo place = Directory.CreateTempSubdirectory("oclgrind-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(place.FullName, "oclgrind.icd"), Library + "\n");
            string log = Path.Combine(place.FullName, "log");
            string[] simulated = await RunProbe(new()
            {
                ["OCL_ICD_VENDORS"] = place.FullName,
                ["OCLGRIND_CHECK_API"] = "1",
                ["OCLGRIND_DATA_RACES"] = "1",
                ["OCLGRIND_UNINITIALIZED"] = "1",
                ["OCLGRIND_LOG"] = log,

                // Optimised, kernels hold an instruction of LLVM's that this simulator does not know, and takes for 0.
                ["OCLGRIND_BUILD_OPTIONS"] = "-cl-opt-disable",
            });
            Assert.Contains("device Oclgrind Simulator", simulated);
            Assert.Equal("", File.Exists(log) ? await File.ReadAllTextAsync(log) : "");
            string[] first = await RunProbe([]);
            Assert.Equal(first.Where(l => !l.StartsWith("device", StringComparison.Ordinal)), simulated.Where(l => !l.StartsWith("device", StringComparison.Ordinal)));

            // Every kernel of the sources was run.
            Assert.Equal(DeviceProbe.Kernels.Order(StringComparer.Ordinal), simulated.Where(l => l.StartsWith("kernel ", StringComparison.Ordinal)).Select(l => l[7..]));
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    private static Task<string[]> RunProbe(Dictionary<string, string> environment) => ProbeProcess.RunAsync(environment, DeviceProbe.Argument);

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class OclgrindFactAttribute : FactAttribute
    {
        public OclgrindFactAttribute() => Skip = Missing;
    }
}
