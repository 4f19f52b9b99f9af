using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels.Simd;

/// <summary>Compilation options of kernels.</summary>
internal static class Jit
{
    /// <summary>
    /// Compiles a method fully optimised at its first call. Under tiered compilation a small level finishes in unoptimised code, and so does
    /// half of a short clip.
    /// </summary>
    public const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
}
