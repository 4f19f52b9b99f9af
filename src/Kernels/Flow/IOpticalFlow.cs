using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Flow;

/// <summary>Estimates where every pixel of one frame has gone in another.</summary>
public interface IOpticalFlow
{
    /// <summary>
    /// The motion from frame <paramref name="from"/> to frame <paramref name="to"/>: what is at (x, y) in the one is at
    /// (x + u, y + v) in the other. The same numbers for any number of threads.
    /// </summary>
    /// <param name="video">RGB, 0 to 255; frames of any size from 1×1 on.</param>
    /// <param name="from">Index of the first frame.</param>
    /// <param name="to">Index of the second frame; any frame, before or after the first.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <param name="progress">Told from time to time which part is done, 0 to 1, on the caller's thread.</param>
    /// <returns>1×H×W with two channels: u to the right, v downwards, in pixels. Always finite.</returns>
    /// <exception cref="ArgumentException">The video is not RGB.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    Volume<float> Estimate(Volume<byte> video, int from, int to, Workers workers, Action<double>? progress = null);

    /// <summary>Bytes held during <see cref="Estimate"/>, for any number of threads, beside the video, the result and <see cref="WeightBytes"/>.</summary>
    long WorkingBytes(int height, int width);

    /// <summary>Bytes held all the time: trained weights.</summary>
    long WeightBytes { get; }
}
