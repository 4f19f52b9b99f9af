namespace Vgpnn.Synthesis.Backends;

/// <summary>
/// Names of the backends that compute samples. Results of one backend are the same on every machine: a manifest names it, and all samples of a request in a
/// cluster use the same one.
/// </summary>
public static class BackendName
{
    /// <summary>CPUs.</summary>
    public const string Cpu = "cpu";

    /// <summary>GPUs; all compute the same frames.</summary>
    public const string Gpu = "gpu";

    /// <summary>
    /// GPUs with the search of version 0.1, which its manifests name. Such manifests are repeated with the same frames; new samples never use it.
    /// </summary>
    public const string FormerGpu = "opencl";
}
