namespace Vgpnn.Kernels.Gpu;

/// <summary>What one launch of a kernel did.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="WorkItems">Threads, including those at the edges that had nothing to do.</param>
/// <param name="Evaluations">Patch distances that were begun, or candidates of a vote; 0 for kernels that have neither.</param>
/// <param name="Bytes">
/// Bytes asked of memory, whatever caches kept of them: of a search the rows of keys that were compared, until early termination, of all
/// other kernels what their sizes say.
/// </param>
/// <param name="Seconds">From its start to its end on the device.</param>
public sealed record KernelLaunch(string Kernel, long WorkItems, long Evaluations, long Bytes, double Seconds);

/// <summary>What a launch takes as far as sizes tell.</summary>
/// <param name="Bytes">Bytes read and written.</param>
/// <param name="Evaluations">Candidates; −1 if the kernel counts them.</param>
/// <param name="RowBytes">Bytes of a row of a patch, for kernels that count the rows they compare.</param>
internal readonly record struct LaunchCost(long Bytes, long Evaluations = 0, int RowBytes = 0);
