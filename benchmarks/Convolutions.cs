using BenchmarkDotNet.Attributes;
using Vgpnn.Kernels.Networks;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Benchmarks;

/// <summary>The most expensive convolutions of the networks, at an eighth of 456×256 pixels, on one thread.</summary>
public class Convolutions
{
    private FeatureMap _input = null!;
    private FeatureMap _output = null!;
    private Convolution _convolution = null!;

    public static IEnumerable<string> Names => ["3×3, 178 to 192", "1×5, 256 to 256", "1×1, 196 to 96", "3×3, 128 to 2", "3×3×3, 64 to 128"];

    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        ConvolutionShape shape = Name switch
        {
            "3×3, 178 to 192" => ConvolutionShape.Flat(178, 192, 3, 3),
            "1×5, 256 to 256" => ConvolutionShape.Flat(256, 256, 1, 5),
            "1×1, 196 to 96" => ConvolutionShape.Flat(196, 96, 1, 1),
            "3×3, 128 to 2" => ConvolutionShape.Flat(128, 2, 3, 3),
            _ => new ConvolutionShape(64, 128, new Extent(3, 3, 3)),
        };
        Extent size = new(shape.Kernel.T, Math.Min(32, Cases.Size.H), Math.Min(57, Cases.Size.W));
        _input = new FeatureMap(size, shape.Input, shape.Padding);
        for (int t = 0; t < size.T; t++)
            for (int h = 0; h < size.H; h++)
                Fill(_input.Row(t, h), (ulong)((t * size.H) + h));
        var weights = new float[shape.Output * shape.Fan];
        Fill(weights, 1000);
        _output = new FeatureMap(size, shape.Output);
        _convolution = new Convolution(shape, weights, new float[shape.Output]);
    }

    [Benchmark]
    public void Convolve() => _convolution.Run(_input, _output, Cases.Alone);

    private static void Fill(Span<float> numbers, ulong seed)
    {
        for (int i = 0; i < numbers.Length; i++) numbers[i] = (Hash.Derive(seed, (ulong)i) >> 40) / (float)(1 << 24) - 0.5f;
    }
}
