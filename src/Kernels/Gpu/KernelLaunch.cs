namespace Vgpnn.Kernels.Gpu;

/// <summary>Measurements of one kernel launch.</summary>
/// <param name="Kernel">Name of the kernel.</param>
/// <param name="WorkItems">Number of threads, including idle ones at the edges.</param>
/// <param name="Evaluations">Patch distances begun, or candidates of a vote; 0 for other kernels.</param>
/// <param name="Bytes">
/// Bytes requested from memory, including cache hits: for a search the compared rows of keys, up to early termination; for all other
/// kernels computed from the sizes.
/// </param>
/// <param name="Seconds">Duration on the device.</param>
public sealed record KernelLaunch(string Kernel, long WorkItems, long Evaluations, long Bytes, double Seconds);

/// <summary>Cost of a launch, as far as it follows from sizes.</summary>
/// <param name="Bytes">Bytes read and written.</param>
/// <param name="Evaluations">Number of candidates; −1 if the kernel counts them.</param>
/// <param name="RowBytes">Bytes per row of a patch, for kernels that count the rows they compare.</param>
internal readonly record struct LaunchCost(long Bytes, long Evaluations = 0, int RowBytes = 0);
