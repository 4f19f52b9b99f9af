namespace Vgpnn.Grains.Contracts;

/// <summary>
/// What a request's samples are computed by. The same bits are promised within one class, so a request stays in the one that it began in; a
/// class is also a node's execution group.
/// </summary>
public static class EngineClass
{
    /// <summary>Processors.</summary>
    public const string Cpu = "cpu";

    /// <summary>OpenCL devices.</summary>
    public const string OpenCl = "opencl";
}
