using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;

namespace Vgpnn.Kernels.Networks.Raft.Correlations;

/// <summary>
/// How alike a position of the first frame is to those around where the flow leads in the second, on four levels: inner products of
/// features over the square root of their number, bilinear between positions, 0 outside the picture (RAFT, section 3.2).
/// </summary>
internal abstract unsafe class Correlation
{
    /// <summary>Numbers from one row of a square to the next.</summary>
    protected const int Pitch = 16;

    // No flow that means anything is longer; what is further away is outside any picture.
    private const float Far = 1 << 20;

    private readonly int _radius;
    private readonly int _side;

    /// <param name="levels">The second frame's features.</param>
    /// <param name="radius">Positions looked at to each side.</param>
    protected Correlation(FeatureMap[] levels, int radius) => (Levels, _radius, _side) = (levels, radius, (2 * radius) + 1);

    /// <summary>The second frame's features, from fine to coarse.</summary>
    protected FeatureMap[] Levels { get; }

    /// <summary>Positions along a side of the square that bilinear sampling needs.</summary>
    protected int Square => _side + 1;

    /// <summary>
    /// For every position the correlations around its target: [level][y offset][x offset], offsets from −radius to radius in positions of
    /// the level. The official order is x before y; weights that read a lookup are put into this one when they are loaded.
    /// </summary>
    /// <param name="flow">Two channels: u, v in positions of the finest level.</param>
    /// <param name="output">4·(2·radius + 1)² channels.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public void Lookup(FeatureMap flow, FeatureMap output, Workers workers)
    {
        workers.For(flow.Extent.H, h => Row(flow, output, h));
        GC.KeepAlive(flow);
        GC.KeepAlive(output);
    }

    /// <summary>
    /// Correlations of position (<paramref name="h"/>, <paramref name="w"/>) with a square of a level, of which
    /// (<paramref name="y"/>, <paramref name="x"/>) is the upper left; 0 where that is outside.
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

    // A row of the square in the lanes. Every store runs over into the next one's place, which is written after it.
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
