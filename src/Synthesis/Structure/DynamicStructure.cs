using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Indexing;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Structure;

/// <summary>
/// How fast the parts of a video move, without their appearance (paper, section 4, video analogies): the magnitude of its optical flow, quantised into a few
/// bins, 0 for the slowest and 1 for the fastest.
/// </summary>
public static class DynamicStructure
{
    /// <summary>Speed in pixels per frame below which a video counts as static.</summary>
    public const float Still = 0.05f;

    /// <summary>The distance that every voxel moves up to the next frame, in pixels.</summary>
    /// <param name="video">RGB, two frames or more.</param>
    /// <param name="flow">Estimates the motion of each frame to the next.</param>
    /// <param name="workers">Threads and cancellation; the result does not depend on the number of threads.</param>
    /// <param name="progress">Callback invoked on the calling thread with the completed fraction, 0 to 1; <c>null</c> for none.</param>
    /// <returns>
    /// T×H×W×1, as many frames as the video. There is one motion fewer than frames; they are resized in time by the cubic filter, which may undershoot 0 a
    /// little.
    /// </returns>
    public static Volume<float> Speed(Volume<byte> video, IOpticalFlow flow, Workers workers, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(workers);
        Extent extent = video.Extent;
        ArgumentOutOfRangeException.ThrowIfLessThan(extent.T, 2, nameof(video));
        var speed = new Volume<float>(extent with { T = extent.T - 1 }, 1);
        for (int t = 0; t < extent.T - 1; t++)
        {
            ReadOnlySpan<float> motion = flow.Estimate(
                video, t, t + 1, workers, progress is null ? null : part => progress((t + part) / (extent.T - 1))).Samples;
            Span<float> frame = speed.Frame(t);
            for (int i = 0; i < frame.Length; i++)
                frame[i] = MathF.Sqrt((motion[2 * i] * motion[2 * i]) + (motion[(2 * i) + 1] * motion[(2 * i) + 1]));
            progress?.Invoke((t + 1.0) / (extent.T - 1));
        }

        return Resampler.Resize(speed, extent, new Scale((double)extent.T / (extent.T - 1), 1, 1), workers);
    }

    /// <summary>
    /// Speeds sorted into bins by k-means (<see cref="ScalarQuantizer"/>); bin b of 0 to m becomes (b/m)^¼, which separates slow motion from none.
    /// </summary>
    /// <param name="speed">Finite values in one channel: speeds, or grey values of a sketch.</param>
    /// <param name="bins">2 to <see cref="ScalarQuantizer.MaxBins"/>.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <returns>A new volume of values from 0 to 1; all 0 if all values are equal.</returns>
    public static Volume<float> Quantised(Volume<float> speed, int bins, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(speed);
        ArgumentNullException.ThrowIfNull(workers);
        float[] edges = ScalarQuantizer.Edges(speed.Samples, bins);
        float[] levels = [.. Enumerable.Range(0, edges.Length + 1).Select(b => Level(b, edges.Length))];
        var quantised = new Volume<float>(speed.Extent, 1);
        workers.For(speed.Extent.T, t =>
        {
            ReadOnlySpan<float> from = speed.Frame(t);
            Span<float> to = quantised.Frame(t);
            for (int i = 0; i < from.Length; i++) to[i] = levels[ScalarQuantizer.Bin(edges, from[i])];
        });
        return quantised;
    }

    // Square roots are exact to the last bit on every machine; powers are not.
    private static float Level(int bin, int max) => max == 0 ? 0 : (float)Math.Sqrt(Math.Sqrt((double)bin / max));
}
