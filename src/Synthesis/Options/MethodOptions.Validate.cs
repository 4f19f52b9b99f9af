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
        OptionTable.Default.Validate(this);
        if (Application == Application.Inpainting && Scale is { } s) Require(s == Kernels.Volumes.Scale.One, "--scale", $"{s.T},{s.H},{s.W}", "1,1,1 where a mask is filled");
        Require(!Loop || Application is Application.Generation or Application.Retargeting, "--loop", "given", $"no part in {Application.Name()}");
    }

    private static void Require(bool holds, string option, string value, string range)
    {
        if (!holds) throw new VgpnnException(ErrorKind.Usage, "option-out-of-range", $"{option} cannot be {value}", $"{option} takes {range}");
    }
}
