using Vgpnn.GpuCheck;
using Vgpnn.Kernels.Gpu.Hardware;

// Each step of scripts/gpu-check.sh runs in its own process, so that a broken device does not affect the others.
const string usage = """
    gpu-check devices                            list the devices
    gpu-check golden [wide|square|small|sim]     compare every kernel's results with the golden file
    gpu-check lines tiny|large [GROUP]           print the results, for the golden file
    gpu-check ceilings                           measure the peak performance of the device
    gpu-check kernels HEIGHT [wide|square]       time the kernels on one level of five frames with HEIGHT rows
    gpu-check samples HEIGHT FRAMES N[,N...]     time whole samples in batches of N
    gpu-check faults                             provoke the failures that callers have to handle
    """;
try
{
    return args switch
    {
        ["devices"] => Steps.List(),
        ["golden", .. var group] => Steps.CompareWithGolden(group.FirstOrDefault("wide")),
        ["lines", var size, .. var group] => Steps.PrintLines(size == "large", group.FirstOrDefault("wide")),
        ["ceilings"] => Steps.MeasureCeilings(),
        ["kernels", var height, .. var group] => Steps.TimeKernels(int.Parse(height, null), group.FirstOrDefault("wide")),
        ["samples", var height, var frames, var batches] => Steps.TimeSamples(
            int.Parse(height, null), int.Parse(frames, null), [.. batches.Split(',').Select(n => int.Parse(n, null))]),
        ["faults"] => Faults.Provoke(),
        ["illegal"] => Faults.WriteOutOfBounds(),
        _ => Usage(),
    };
}
catch (DeviceException e)
{
    Console.Error.WriteLine($"{e.Failure}: {e.Message}");
    return 1;
}

int Usage()
{
    Console.Error.WriteLine(usage);
    return 2;
}
