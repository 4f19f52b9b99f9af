using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// How much a video's frames x₀, x₁, … change: the mean over all voxels' grey (<see cref="Grey"/>) of |xₜ₊₁ − xₜ|, and of |xₜ₊₂ − 2xₜ₊₁ + xₜ|. The second
/// divided by the first is small for smooth motion and large for flicker; grain counts too, so a sample is compared with its input.
/// </summary>
/// <param name="First">Mean absolute first difference.</param>
/// <param name="Second">Mean absolute second difference.</param>
internal sealed record Motion(double First, double Second)
{
    /// <summary>Measures a video of at least three frames.</summary>
    /// <param name="grey">The video's brightness.</param>
    /// <param name="counted">Voxels to include; a difference is included if all of its voxels are; <c>null</c> for all.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public static Motion Of(Volume<float> grey, bool[]? counted, Workers workers)
    {
        int frames = grey.Extent.T, stride = grey.FrameStride;
        var first = new double[frames];
        var second = new double[frames];
        var firsts = new long[frames];
        var seconds = new long[frames];
        workers.For(frames - 1, t =>
        {
            ReadOnlySpan<float> a = grey.Frame(t), b = grey.Frame(t + 1), c = t + 2 < frames ? grey.Frame(t + 2) : default;
            ReadOnlySpan<bool> here = counted is null ? default : counted.AsSpan(t * stride);
            for (int i = 0; i < a.Length; i++)
            {
                if (!here.IsEmpty && !(here[i] && here[i + stride])) continue;
                first[t] += Math.Abs(b[i] - a[i]);
                firsts[t]++;
                if (c.IsEmpty || (!here.IsEmpty && !here[i + (2 * stride)])) continue;
                second[t] += Math.Abs(c[i] - (2 * b[i]) + a[i]);
                seconds[t]++;
            }
        });
        return new Motion(Mean(first, firsts), Mean(second, seconds));
    }

    /// <summary>The mean motion of several videos, weighted by their numbers of frames.</summary>
    public static Motion Mean(IReadOnlyList<Motion> motions, IReadOnlyList<int> frames)
    {
        double all = frames.Sum();
        return new Motion(motions.Zip(frames, (m, n) => m.First * n).Sum() / all, motions.Zip(frames, (m, n) => m.Second * n).Sum() / all);
    }

    /// <summary>Motion of a sample divided by that of its input; <c>null</c> if the input is static.</summary>
    public double? FrameDifferenceOver(Motion input) => input.First > 0 ? First / input.First : null;

    private static double Mean(double[] sums, long[] counts) => counts.Sum() == 0 ? 0 : sums.Sum() / counts.Sum();

    /// <summary>Flicker of a sample divided by that of its input; <c>null</c> if either is static.</summary>
    public double? FlickerOver(Motion input) =>
        First > 0 && input.Second > 0 ? Second / First / (input.Second / input.First) : null;
}
