using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// How visible it is where a loop begins anew: the mean absolute difference of the last frame's and the first one's grey
/// (<see cref="Grey"/>), over the largest such difference of two frames that follow each other.
/// </summary>
internal static class LoopSeam
{
    /// <returns>0 or more, up to 1 where the seam is no more visible than the frame change that is most; null where nothing changes.</returns>
    public static double? Measure(Volume<float> grey)
    {
        int last = grey.Extent.T - 1;
        double largest = Enumerable.Range(0, last).Max(t => Difference(grey.Frame(t), grey.Frame(t + 1)));
        return largest > 0 ? Difference(grey.Frame(last), grey.Frame(0)) / largest : null;
    }

    private static double Difference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += Math.Abs(a[i] - b[i]);
        return sum;
    }
}
