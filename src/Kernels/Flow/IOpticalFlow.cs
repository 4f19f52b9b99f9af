using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Flow;

/// <summary>Estimates optical flow: the displacement of every pixel of one frame in another.</summary>
public interface IOpticalFlow
{
    /// <summary>
    /// Returns the motion from frame <paramref name="from"/> to frame <paramref name="to"/>: the point at (x, y) in the first is at
    /// (x + u, y + v) in the second. The result does not depend on the number of threads.
    /// </summary>
    /// <param name="video">RGB, 0–255; frames of any size from 1×1.</param>
    /// <param name="from">Index of the first frame.</param>
    /// <param name="to">Index of the second frame, before or after the first.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="progress">Callback invoked on the calling thread with the completed fraction, 0–1; <c>null</c> for none.</param>
    /// <returns>1×H×W×2: u to the right and v downwards, in pixels. Always finite.</returns>
    /// <exception cref="ArgumentException">The video is not RGB.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A frame index is out of range.</exception>
    Volume<float> Estimate(Volume<byte> video, int from, int to, Workers workers, Action<double>? progress = null);

    /// <summary>
    /// Returns the bytes allocated during <see cref="Estimate"/>, for any number of threads, in addition to the video, the result and
    /// <see cref="WeightBytes"/>.
    /// </summary>
    long WorkingBytes(int height, int width);

    /// <summary>Memory of the trained weights, in bytes.</summary>
    long WeightBytes { get; }
}
