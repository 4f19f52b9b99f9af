using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks.Raft.Correlations;

/// <summary>Computes the correlations of all pairs of positions once: fast, and quadratic in memory.</summary>
internal sealed unsafe class CorrelationVolume : Correlation
{
    private readonly FeatureMap[] _volumes;

    public CorrelationVolume(FeatureMap first, FeatureMap[] levels, int radius, Workers workers)
        : base(levels, radius) => _volumes = [.. levels.Select(l => Correlate(first, l, workers))];

    /// <summary>Peak memory of the volume and of the features packed as weights, in bytes.</summary>
    public static long Bytes(Extent extent, int channels)
    {
        long bytes = 0;
        Extent level = extent;
        for (int i = 0; i < RaftSizes.Levels; i++, level = FeaturePyramid.Half(level))
        {
            var shape = ConvolutionShape.Flat(channels, (int)level.Count, 1, 1);
            bytes += FeatureMap.Bytes(extent, shape.Output) + Convolution.Bytes(shape) + ((shape.Fan + 1L) * shape.Output * sizeof(float));
        }

        return bytes;
    }

    /// <inheritdoc/>
    [MethodImpl(Jit.Hot)]
    protected override void Gather(int level, int h, int w, int y, int x, float* square)
    {
        Extent size = Levels[level].Extent;
        float* all = _volumes[level].At(0, h, w);
        bool inside = x >= 0 && x <= size.W - Square;
        for (int i = 0; i < Square; i++, y++, square += Pitch)
        {
            // Values read outside the square are not used; they lie within the map or in the slack after it.
            float* row = all + ((nint)y * size.W) + x;
            if (y < 0 || y >= size.H) Vector512<float>.Zero.Store(square);
            else if (inside) Vector512.Load(row).Store(square);
            else for (int j = 0; j < Square; j++) square[j] = x + j >= 0 && x + j < size.W ? row[j] : 0;
        }
    }

    // The inner products with all positions of the other frame are a 1×1 convolution whose weights are that frame's features.
    private static FeatureMap Correlate(FeatureMap first, FeatureMap level, Workers workers)
    {
        int positions = (int)level.Extent.Count;
        var weights = new float[positions * level.Channels];
        float scale = 1 / MathF.Sqrt(level.Channels);
        for (int h = 0; h < level.Extent.H; h++)
        {
            Span<float> row = level.Row(0, h);
            for (int i = 0; i < row.Length; i++) weights[(h * row.Length) + i] = row[i] * scale;
        }

        var convolution = new Convolution(ConvolutionShape.Flat(level.Channels, positions, 1, 1), weights, new float[positions]);
        var volume = new FeatureMap(first.Extent, positions);
        convolution.Run(first, volume, workers);
        return volume;
    }
}
