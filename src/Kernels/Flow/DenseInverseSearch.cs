using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Flow;

/// <summary>
/// Dense optical flow without learning: patches of the one frame are searched in the other by gradient descent, coarse to
/// fine, averaged into a dense field (DIS, Kroeger et al. 2016, sections 2.1 and 2.2), and refined by a variational
/// method at every level (section 2.3). It sees brightness only and does not mind if that changes as a whole.
/// </summary>
public sealed class DenseInverseSearch : IOpticalFlow
{
    // Delegates and the like.
    private const long Small = 256 << 10;

    /// <inheritdoc/>
    public Volume<float> Estimate(Volume<byte> video, int from, int to, Workers workers, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(workers);
        if (video.Channels != 3) throw new ArgumentException("the video is not RGB", nameof(video));
        foreach (int frame in (int[])[from, to])
        {
            ArgumentOutOfRangeException.ThrowIfNegative(frame);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, video.Extent.T);
        }

        Plane[] first = GreyPyramid.Of(video, from, workers), second = GreyPyramid.Of(video, to, workers);
        var flow = new FlowField(video.Extent.H, video.Extent.W);
        var search = new InverseSearch(video.Extent.H, video.Extent.W);
        var refinement = new FlowRefinement(video.Extent.H, video.Extent.W);
        for (int level = first.Length - 1; level >= 0; level--)
        {
            search.Run(first[level], second[level], flow, coarsest: level == first.Length - 1, workers);
            refinement.Run(first[level], second[level], flow, workers);

            // A level has four times the pixels of the next coarser one.
            progress?.Invoke(Math.Pow(0.25, level));
        }

        return flow.ToVolume();
    }

    /// <inheritdoc/>
    public long WeightBytes => 0;

    /// <inheritdoc/>
    public long WorkingBytes(int height, int width)
    {
        // The search's two gradients and weights, the flow, and the refinement's.
        const int Planes = 3 + 2 + FlowRefinement.Planes;
        long floats = (2 * GreyPyramid.Floats(height, width)) + (Planes * Plane.Floats(height, width));
        return (floats * sizeof(float)) + InverseSearch.PatchBytes(height, width) + Small;
    }
}
