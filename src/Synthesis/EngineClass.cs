namespace Vgpnn.Synthesis;

/// <summary>
/// What samples are computed by. The same bits are promised within one class: a manifest names it, and a cluster's request stays in the one that it
/// began in, which is also a node's execution group.
/// </summary>
public static class EngineClass
{
    /// <summary>Processors.</summary>
    public const string Cpu = "cpu";

    /// <summary>OpenCL devices.</summary>
    public const string OpenCl = "opencl";
}
