using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Flow;

/// <summary>
/// Dense optical flow without learning (DIS, Kroeger et al. 2016): patches of one frame are matched to the other by gradient descent from
/// coarse to fine, averaged into a dense field (sections 2.1 and 2.2), and refined by a variational method at every level
/// (section 2.3). Uses brightness only and tolerates global brightness changes.
/// </summary>
public sealed class DenseInverseSearch : IOpticalFlow
{
    // Delegates and other small allocations.
    private const long Small = 256 << 10;

    /// <inheritdoc/>
    public Volume<float> Estimate(Volume<byte> video, int from, int to, Workers workers, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(workers);
        if (video.Channels != 3) throw new ArgumentException($"optical flow needs RGB video; this one has {video.Channels} channels", nameof(video));
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
        // Gradients and weights of the search, the flow, and the planes of the refinement.
        const int Planes = 3 + 2 + FlowRefinement.Planes;
        long floats = (2 * GreyPyramid.Floats(height, width)) + (Planes * Plane.Floats(height, width));
        return (floats * sizeof(float)) + InverseSearch.PatchBytes(height, width) + Small;
    }
}
