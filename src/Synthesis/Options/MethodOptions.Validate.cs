using Vgpnn.Kernels.Indexing;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Options;

public sealed partial record MethodOptions
{
    /// <summary>The smallest factor of <see cref="Scale"/>.</summary>
    public const double MinScale = 0.1;

    /// <summary>The largest factor of <see cref="Scale"/>.</summary>
    public const double MaxScale = 4;

    /// <exception cref="VgpnnException">Kind Usage: the first value that is out of its range.</exception>
    internal void Validate()
    {
        if (Scale is { } s)
        {
            foreach (double factor in new[] { s.T, s.H, s.W }) Require(factor is >= MinScale and <= MaxScale, "--scale", $"{factor}", "each factor 0.1 to 4");
        }

        foreach (double factor in new[] { DownscaleT, DownscaleS }) Require(factor is > 0 and <= 1, "--downscale", $"{factor}", "above 0 and up to 1");
        Require(MinT is >= 1 and <= 10_000, "--min-size", $"{MinT}", "1 to 10,000 frames");
        Require(MinS is >= 1 and <= 10_000, "--min-size", $"{MinS}", "1 to 10,000 pixels");
        if (Patch is { } p)
        {
            foreach (int side in new[] { p.T, p.H, p.W }) Require(side is >= 1 and <= 15, "--patch", $"{side}", "each side 1 to 15");
        }

        if (Application == Application.Inpainting)
        {
            if (Scale is { } scale) Require(scale == Kernels.Volumes.Scale.One, "--scale", $"{scale.T},{scale.H},{scale.W}", "1,1,1 where a mask is filled");
            Require(!Loop, "--loop", "given", "no part where a mask is filled");
        }

        if (FollowsStructure) Require(!Loop, "--loop", "given", "no part where movement comes from another video");
        foreach (int bins in new[] { Bins.Content, Bins.Style })
            Require(bins is >= 2 and <= ScalarQuantizer.MaxBins, "--bins", $"{bins}", $"2 to {ScalarQuantizer.MaxBins}");
        Require(FlowLimit is >= 0 and <= 1, "--flow-limit", $"{FlowLimit}", "0 to 1");
        if (Completeness is { } alpha) Require(alpha is >= 1e-6 and <= 1e6, "--completeness", $"{alpha}", "0.000001 to 1000000, or none");
        if (Iterations is { } j) Require(j is >= 1 and <= 100, "--iterations", $"{j}", "1 to 100");
        if (Noise is { } sigma) Require(sigma is >= 0 and <= 1000, "--noise", $"{sigma}", "0 to 1000, or auto");
    }

    private static void Require(bool holds, string option, string value, string range)
    {
        if (!holds) throw new VgpnnException(ErrorKind.Usage, "option-out-of-range", $"{option} cannot be {value}", $"{option} takes {range}");
    }
}
