using FsCheck.Fluent;
using Vgpnn.Kernels.Networks;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Networks;

/// <summary>Compares convolutions with their definition.</summary>
public class ConvolutionTests
{
    [Fact]
    public void Convolution_equals_the_sum_that_defines_it() => Properties.Holds(
        from input in Gen.Choose(1, 7)
        from output in Gen.Choose(1, 70)
        from kernel in Gen.Elements(new Extent(1, 1, 1), new Extent(1, 3, 3), new Extent(1, 1, 5), new Extent(1, 5, 1), new Extent(1, 7, 7), new Extent(3, 3, 3))
        from stride in Gen.Choose(1, 2)
        from size in Properties.Extents(new Extent(1, 1, 1), new Extent(3, 9, 30))
        from rectify in Gen.Elements(true, false)
        select (new ConvolutionShape(input, output, kernel, stride), size, rectify),
        c =>
        {
            (ConvolutionShape shape, Extent size, bool rectify) = c;
            var random = new Random(1);
            var map = new FeatureMap(size, shape.Input, shape.Padding);
            for (int t = 0; t < size.T; t++)
                for (int h = 0; h < size.H; h++)
                    foreach (ref float x in map.Row(t, h)) x = random.NextSingle() - 0.5f;
            float[] weights = [.. Enumerable.Range(0, shape.Output * shape.Fan).Select(_ => random.NextSingle() - 0.5f)];
            float[] bias = [.. Enumerable.Range(0, shape.Output).Select(_ => random.NextSingle())];
            var result = new FeatureMap(shape.OutputOf(size), shape.Output + 3);

            new Convolution(shape, weights, bias).Run(map, result, new Workers(2), first: 2, rectify: rectify);

            for (int t = 0; t < result.Extent.T; t++)
            {
                for (int h = 0; h < result.Extent.H; h++)
                {
                    for (int w = 0; w < result.Extent.W; w++)
                    {
                        for (int o = 0; o < shape.Output; o += 1 + (shape.Output / 5))
                        {
                            double sum = Sum(map, weights, shape, o, t, h * shape.Stride, w * shape.Stride) + bias[o];
                            Assert.Equal(rectify ? Math.Max(0, sum) : sum, result.Row(t, h)[(w * result.Channels) + 2 + o], 1e-4);
                        }
                    }
                }
            }
        },
        count: 60);

    private static double Sum(FeatureMap map, float[] weights, ConvolutionShape shape, int o, int t, int h, int w)
    {
        double sum = 0;
        Extent kernel = shape.Kernel, padding = shape.Padding;
        int at = o * shape.Fan;
        for (int c = 0; c < shape.Input; c++)
            for (int i = 0; i < kernel.T; i++)
                for (int j = 0; j < kernel.H; j++)
                    for (int k = 0; k < kernel.W; k++, at++)
                    {
                        (int y, int x, int f) = (h + j - padding.H, w + k - padding.W, t + i - padding.T);
                        if (f >= 0 && f < map.Extent.T && y >= 0 && y < map.Extent.H && x >= 0 && x < map.Extent.W)
                            sum += map.Row(f, y)[(x * map.Channels) + c] * weights[at];
                    }
        return sum;
    }
}
