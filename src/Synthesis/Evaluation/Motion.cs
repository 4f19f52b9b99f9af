using Vgpnn.Kernels;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// How a video's frames x₀, x₁, … differ: the mean over all voxels' grey (<see cref="Grey"/>) of |xₜ₊₁ − xₜ|, and of |xₜ₊₂ − 2xₜ₊₁ + xₜ|.
/// Their ratio, second over first, is small for smooth motion and large for flicker; a clip's own grain counts too, which
/// is why a sample is compared with its input.
/// </summary>
/// <param name="First">Mean absolute first difference.</param>
/// <param name="Second">Mean absolute second difference.</param>
internal sealed record Motion(double First, double Second)
{
    /// <summary>Measures a video of at least three frames.</summary>
    public static Motion Of(Volume<float> grey, Workers workers)
    {
        int frames = grey.Extent.T;
        var first = new double[frames];
        var second = new double[frames];
        workers.For(frames - 1, t =>
        {
            ReadOnlySpan<float> a = grey.Frame(t), b = grey.Frame(t + 1);
            for (int i = 0; i < a.Length; i++) first[t] += Math.Abs(b[i] - a[i]);
            if (t + 2 == frames) return;
            ReadOnlySpan<float> c = grey.Frame(t + 2);
            for (int i = 0; i < a.Length; i++) second[t] += Math.Abs(c[i] - (2 * b[i]) + a[i]);
        });
        return new Motion(
            first.Sum() / ((double)grey.FrameStride * (frames - 1)),
            second.Sum() / ((double)grey.FrameStride * (frames - 2)));
    }

    /// <summary>Motion of a sample over that of its input; null where the input stands still.</summary>
    public double? FrameDifferenceOver(Motion input) => input.First > 0 ? First / input.First : null;

    /// <summary>Flicker of a sample over that of its input; null where either of them stands still.</summary>
    public double? FlickerOver(Motion input) =>
        First > 0 && input.Second > 0 ? Second / First / (input.Second / input.First) : null;
}
