using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;

namespace Vgpnn.Kernels.Networks.Raft.Correlations;

/// <summary>
/// Correlations between a position of the first frame and the neighbourhood of its flow target in the second, on four levels: inner
/// products of features divided by the square root of their number, bilinear between positions, 0 outside the frame (RAFT, section 3.2).
/// </summary>
internal abstract unsafe class Correlation
{
    /// <summary>Floats from one row of a square to the next.</summary>
    protected const int Pitch = 16;

    // Longer flows always lead outside the frame.
    private const float Far = 1 << 20;

    private readonly int _radius;
    private readonly int _side;

    /// <param name="levels">Features of the second frame, from fine to coarse.</param>
    /// <param name="radius">Positions looked up in each direction.</param>
    protected Correlation(FeatureMap[] levels, int radius) => (Levels, _radius, _side) = (levels, radius, (2 * radius) + 1);

    /// <summary>Features of the second frame, from fine to coarse.</summary>
    protected FeatureMap[] Levels { get; }

    /// <summary>Side of the square that bilinear sampling needs, in positions.</summary>
    protected int Square => _side + 1;

    /// <summary>
    /// Looks up the correlations around the target of every position: [level][y offset][x offset], offsets from −radius to radius in positions
    /// of the level. The official order is x before y; weights applied to a lookup are reordered when they are loaded.
    /// </summary>
    /// <param name="flow">u and v, in positions of level 0.</param>
    /// <param name="output">Receives 4·(2·radius + 1)² channels.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public void Lookup(FeatureMap flow, FeatureMap output, Workers workers)
    {
        workers.For(flow.Extent.H, h => Row(flow, output, h));
        GC.KeepAlive(flow);
        GC.KeepAlive(output);
    }

    /// <summary>
    /// Writes the correlations of position (<paramref name="h"/>, <paramref name="w"/>) with a square of a level whose upper left corner is
    /// (<paramref name="y"/>, <paramref name="x"/>); 0 outside the frame.
    /// </summary>
    protected abstract void Gather(int level, int h, int w, int y, int x, float* square);

    [MethodImpl(Jit.Hot)]
    private void Row(FeatureMap flow, FeatureMap output, int h)
    {
        float* square = stackalloc float[(Square + 1) * Pitch];
        float* found = stackalloc float[output.Channels + Pitch];
        new Span<float>(square, (Square + 1) * Pitch).Clear();
        for (int w = 0; w < flow.Extent.W; w++)
        {
            float* motion = flow.At(0, h, w);
            float x = w + Math.Clamp(motion[0], -Far, Far), y = h + Math.Clamp(motion[1], -Far, Far);
            float* target = found;
            for (int level = 0; level < Levels.Length; level++, x *= 0.5f, y *= 0.5f)
            {
                float left = MathF.Floor(x), top = MathF.Floor(y);
                Gather(level, h, w, (int)top - _radius, (int)left - _radius, square);
                Blend(square, x - left, y - top, target);
                target += _side * _side;
            }

            new ReadOnlySpan<float>(found, output.Channels).CopyTo(new Span<float>(output.At(0, h, w), output.Channels));
        }
    }

    // Lanes hold a row of the square. Each store overruns into the next row, which is written afterwards.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Blend(float* square, float fx, float fy, float* target)
    {
        Vector512<float> right = Vector512.Create(fx), left = Vector512.Create(1 - fx);
        Vector512<float> lower = Vector512.Create(fy), upper = Vector512.Create(1 - fy);
        Vector512<float> above = (Vector512.Load(square) * left) + (Vector512.Load(square + 1) * right);
        for (int i = 0; i < _side; i++)
        {
            square += Pitch;
            Vector512<float> below = (Vector512.Load(square) * left) + (Vector512.Load(square + 1) * right);
            ((above * upper) + (below * lower)).Store(target + (i * _side));
            above = below;
        }
    }
}
