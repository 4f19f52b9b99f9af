using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Synthesis.Structure;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// How well a sample's dynamic structure follows that of the content: their Pearson correlation. Both are computed as the method does
/// (<see cref="DynamicStructure"/>; of a sketch the ink, and of its sample the contrast or the motion), and reduced to 32 pixels of the shorter side:
/// positions of moving objects count, not their exact outlines.
/// </summary>
internal sealed class StructureScore
{
    private const double ShorterSide = 32;

    private readonly MethodOptions _options;
    private readonly Volume<float> _content;

    /// <param name="content">The clip that the sample follows.</param>
    /// <param name="options">Options of the analogy or sketch.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public StructureScore(Clip content, MethodOptions options, Workers workers)
    {
        _options = options;
        _content = Small(
            options.Application == Application.Sketch
                ? SketchStructure.Of(content, options.Ink, workers)
                : Moving(content, options.Bins.Content, workers),
            workers);
    }

    /// <returns>−1 to 1; <c>null</c> if either has no structure.</returns>
    public double? Measure(Clip sample, Workers workers) => Correlation(
        _content.Samples,
        Small(
            _options is { Application: Application.Sketch, Match: InkMatch.Contrast }
                ? SketchStructure.Contrast(sample, _options.Bins.Style, workers)
                : Moving(sample, _options.Bins.Style, workers),
            workers).Samples);

    private static Volume<float> Moving(Clip clip, int bins, Workers workers) =>
        DynamicStructure.Quantised(DynamicStructure.Speed(clip.ToBytes(), new DenseInverseSearch(), workers), bins, workers);

    private static Volume<float> Small(Volume<float> structure, Workers workers)
    {
        double factor = Math.Min(1, ShorterSide / structure.Extent.ShortSide);
        var scale = new Scale(1, factor, factor);
        return Resampler.Resize(structure, PyramidPlanner.Scaled(structure.Extent, scale), scale, workers);
    }

    private static double? Correlation(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double meanA = Mean(a), meanB = Mean(b), squareA = 0, squareB = 0, product = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double x = a[i] - meanA, y = b[i] - meanB;
            squareA += x * x;
            squareB += y * y;
            product += x * y;
        }

        double scale = Math.Sqrt(squareA * squareB);
        return scale > 0 ? Math.Clamp(product / scale, -1, 1) : null;
    }

    private static double Mean(ReadOnlySpan<float> numbers)
    {
        double sum = 0;
        foreach (float number in numbers) sum += number;
        return sum / numbers.Length;
    }
}
