using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// How visible the seam of a loop is: the mean absolute difference of the grey (<see cref="Grey"/>) of the last and the first frame, divided by the largest
/// such difference of two successive frames.
/// </summary>
internal static class LoopSeam
{
    /// <returns>0 or more; up to 1 if the seam is no more visible than the largest change between frames; <c>null</c> if nothing changes.</returns>
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
