using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks;

/// <summary>
/// Input and output of network layers: T×H×W×C with adjacent channels, inside a margin of zeros. Convolutions read their padding from the
/// margin, so the border needs no special case. A layer may write a subset of the channels, which concatenates maps without
/// copying.
/// </summary>
internal sealed unsafe class FeatureMap
{
    // Convolution tiles read past the end of the last row, and vectors past the last channel; these values are not used.
    private const int SlackPositions = 2 * ConvolutionTile.Positions;
    private const int SlackChannels = ConvolutionTile.Channels;

    private readonly float[] _samples;

    /// <summary>Allocates a map with a zero margin; all other values are undefined.</summary>
    public FeatureMap(Extent extent, int channels, Extent margin = default)
    {
        // Pinned, so that kernels can use raw pointers.
        _samples = GC.AllocateUninitializedArray<float>(checked((int)Floats(extent, channels, margin)), pinned: true);
        Reshape(extent, channels, margin);
    }

    /// <summary>Size without the margin, in frames, rows and columns.</summary>
    public Extent Extent { get; private set; }

    /// <summary>Floats per position.</summary>
    public int Channels { get; private set; }

    /// <summary>Positions of zeros on each side, per axis.</summary>
    public Extent Margin { get; private set; }

    /// <summary>Floats from one row to the next.</summary>
    public nint RowStride => (nint)(Extent.W + (2 * Margin.W)) * Channels;

    /// <summary>Floats from one frame to the next.</summary>
    public nint FrameStride => (Extent.H + (2 * Margin.H)) * RowStride;

    /// <summary>Number of floats in a map of this size.</summary>
    public static long Floats(Extent extent, int channels, Extent margin = default)
    {
        long positions = (long)(extent.T + (2 * margin.T)) * (extent.H + (2 * margin.H)) * (extent.W + (2 * margin.W));
        return ((positions + SlackPositions) * channels) + SlackChannels;
    }

    /// <summary>Memory of a map of this size, in bytes.</summary>
    public static long Bytes(Extent extent, int channels, Extent margin = default) => Floats(extent, channels, margin) * sizeof(float);

    /// <summary>
    /// Returns a pointer to the first channel at a position, valid while the map is reachable; positions in the margin are below 0 or beyond
    /// the extent.
    /// </summary>
    public float* At(int t, int h, int w)
    {
        float* first = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_samples));
        return first + ((t + Margin.T) * FrameStride) + ((h + Margin.H) * RowStride) + ((w + Margin.W) * (nint)Channels);
    }

    /// <summary>Returns a row without its margin.</summary>
    public Span<float> Row(int t, int h) => new(At(t, h, 0), Extent.W * Channels);

    /// <summary>Changes the size, to at most the initial one. Afterwards the margin is zero and all other values are undefined.</summary>
    public void Reshape(Extent extent, int channels, Extent margin = default)
    {
        if (Floats(extent, channels, margin) > _samples.Length) throw new ArgumentOutOfRangeException(nameof(extent));
        (Extent, Channels, Margin) = (extent, channels, margin);
        int frame = checked((int)FrameStride), side = margin.W * channels;
        for (int t = -margin.T; t < extent.T + margin.T; t++)
        {
            if (t < 0 || t >= extent.T)
            {
                new Span<float>(At(t, -margin.H, -margin.W), frame).Clear();
                continue;
            }

            new Span<float>(At(t, -margin.H, -margin.W), (int)(margin.H * RowStride)).Clear();
            new Span<float>(At(t, extent.H, -margin.W), (int)(margin.H * RowStride)).Clear();
            for (int h = 0; h < extent.H; h++)
            {
                new Span<float>(At(t, h, -margin.W), side).Clear();
                new Span<float>(At(t, h, extent.W), side).Clear();
            }
        }
    }
}
