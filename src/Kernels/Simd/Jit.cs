using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels.Simd;

/// <summary>How kernels are compiled.</summary>
internal static class Jit
{
    /// <summary>
    /// At once and fully optimised. Left to itself the runtime begins with slow code and looks for what is hot; a small
    /// level is over by then, and a short clip is half done.
    /// </summary>
    public const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
}
