namespace Vgpnn.Synthesis.Backends;

/// <summary>
/// The backend that computes samples. The same bits are promised within one class: a manifest names it, and a request of a cluster stays in
/// the one that it began in.
/// </summary>
public static class BackendName
{
    /// <summary>CPUs.</summary>
    public const string Cpu = "cpu";

    /// <summary>GPUs, all with the same bits.</summary>
    public const string Gpu = "gpu";

    /// <summary>
    /// GPUs, by the search of version 0.1: what its manifests name. Such a manifest is repeated with the same bits; nothing new is made so.
    /// </summary>
    public const string FormerGpu = "opencl";
}
