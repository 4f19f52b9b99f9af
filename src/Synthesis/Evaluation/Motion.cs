using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

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
    /// <param name="grey">Its brightness.</param>
    /// <param name="counted">Which of its voxels count, for a difference all that it is made of; null: all.</param>
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

    /// <summary>The motion of several videos, each weighing as many frames as it has.</summary>
    public static Motion Mean(IReadOnlyList<Motion> motions, IReadOnlyList<int> frames)
    {
        double all = frames.Sum();
        return new Motion(motions.Zip(frames, (m, n) => m.First * n).Sum() / all, motions.Zip(frames, (m, n) => m.Second * n).Sum() / all);
    }

    /// <summary>Motion of a sample over that of its input; null where the input stands still.</summary>
    public double? FrameDifferenceOver(Motion input) => input.First > 0 ? First / input.First : null;

    private static double Mean(double[] sums, long[] counts) => counts.Sum() == 0 ? 0 : sums.Sum() / counts.Sum();

    /// <summary>Flicker of a sample over that of its input; null where either of them stands still.</summary>
    public double? FlickerOver(Motion input) =>
        First > 0 && input.Second > 0 ? Second / First / (input.Second / input.First) : null;
}
