using System.Diagnostics;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Shapes;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>
/// Compiles the kernels for NVIDIA GPUs on machines without one. If the environment variable PTXAS names NVIDIA's assembler, its output is
/// assembled too, which finds errors that no other device reports.
/// </summary>
public partial class PtxTests
{
    // Register limit for 12 groups of 128 threads per multiprocessor, with a margin for later assemblers.
    private const int MostRegisters = 48;

    private static readonly string? Assembler = Environment.GetEnvironmentVariable("PTXAS");

    public static TheoryData<int, int, int> Patches => new() { { 3, 7, 7 }, { 3, 5, 5 }, { 2, 3, 4 }, { 1, 1, 1 } };

    [Theory]
    [MemberData(nameof(Patches))]
    public void Every_kernel_of_a_patch_size_compiles_to_ptx(int t, int h, int w) =>
        Compile(PatchKernels.Create(new Extent(t, h, w), typeof(WideGroup)).All);

    [Fact]
    public void Every_kernel_without_a_patch_size_compiles_to_ptx() => Compile(new FlatKernels().All);

    /// <summary>The largest patches need the smallest group, whose tiles fill the shared memory.</summary>
    [Fact]
    public void Largest_patch_fits_into_shared_memory()
    {
        PatchKernels kernels = PatchKernels.Create(new Extent(15, 15, 15), typeof(SmallGroup));
        Assert.InRange(2 * sizeof(uint) * kernels.Tile, 0, 48 << 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => PatchKernels.Create(new Extent(1, 16, 1), typeof(SmallGroup)));
    }

    private static void Compile(IEnumerable<Kernel> kernels)
    {
        // An ILGPU context is unusable after a failed compilation, so each call creates its own.
        using Context context = Devices.Create();
        using var backend = new PTXBackend(context, new CudaArchitecture(9, 0), CudaInstructionSet.ISA_78, null!);
        foreach (Kernel kernel in kernels)
        {
            var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method), ILGPU.Runtime.KernelSpecialization.Empty);
            string ptx = compiled.PTXAssembly;
            Assert.Contains(".entry", ptx, StringComparison.Ordinal);
            if (Assembler is not null) Assemble(kernel.Name, ptx);
        }
    }

    private static void Assemble(string name, string ptx)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, ptx);
            var start = new ProcessStartInfo(Assembler!, ["-v", "-arch=sm_90", file, "-o", "/dev/null"]) { RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            string log = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{name}: {log}");
            Assert.Contains("0 bytes spill stores", log, StringComparison.Ordinal);
            if (name == "jump_flood") Assert.InRange(int.Parse(Registers().Match(log).Groups[1].Value, null), 1, MostRegisters);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Registers();
}
