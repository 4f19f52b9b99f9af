using Vgpnn.GpuCheck;
using Vgpnn.Kernels.Gpu.Hardware;

// Every step of scripts/gpu-check.sh in a process of its own: what breaks a device breaks no other step.
const string usage = """
    gpu-check devices                            list the devices
    gpu-check golden [wide|square|small|sim]     compare every kernel's results with the golden file
    gpu-check lines tiny|large [GROUP]           print them, for the golden file
    gpu-check ceilings                           measure what the device can do at most
    gpu-check kernels HEIGHT [wide|square]       time the kernels of one level, five frames of that many rows
    gpu-check samples HEIGHT FRAMES N[,N...]     time whole samples, made together in batches of N
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
