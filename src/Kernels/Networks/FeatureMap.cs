using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks;

/// <summary>
/// What flows through a network: [T, H, W, C] with the channels of a position side by side, inside a margin of zeros. A convolution
/// reads its padding there, so that it needs no case for the border. Layers may write to some of the channels only, which is
/// how maps are concatenated without being copied.
/// </summary>
internal sealed unsafe class FeatureMap
{
    // Tiles of a convolution read past the end of the last row, vectors past the last channel. What they read there is not used.
    private const int SlackPositions = 2 * ConvolutionTile.Positions;
    private const int SlackChannels = ConvolutionTile.Channels;

    private readonly float[] _samples;

    /// <summary>A map whose margin is zero. All else means nothing until it is written.</summary>
    public FeatureMap(Extent extent, int channels, Extent margin = default)
    {
        // Pinned, so that kernels may work on plain pointers.
        _samples = GC.AllocateUninitializedArray<float>(checked((int)Floats(extent, channels, margin)), pinned: true);
        Reshape(extent, channels, margin);
    }

    /// <summary>Frames, rows and columns without the margin.</summary>
    public Extent Extent { get; private set; }

    /// <summary>Numbers at a position.</summary>
    public int Channels { get; private set; }

    /// <summary>Positions of zeros before and after, by axis.</summary>
    public Extent Margin { get; private set; }

    /// <summary>Numbers from one row to the next.</summary>
    public nint RowStride => (nint)(Extent.W + (2 * Margin.W)) * Channels;

    /// <summary>Numbers from one frame to the next.</summary>
    public nint FrameStride => (Extent.H + (2 * Margin.H)) * RowStride;

    /// <summary>Numbers that a map of this size holds.</summary>
    public static long Floats(Extent extent, int channels, Extent margin = default)
    {
        long positions = (long)(extent.T + (2 * margin.T)) * (extent.H + (2 * margin.H)) * (extent.W + (2 * margin.W));
        return ((positions + SlackPositions) * channels) + SlackChannels;
    }

    /// <summary>Bytes that a map of this size takes.</summary>
    public static long Bytes(Extent extent, int channels, Extent margin = default) => Floats(extent, channels, margin) * sizeof(float);

    /// <summary>The first channel at a position; margins have positions below 0 and beyond the extent. Valid while the map is reachable.</summary>
    public float* At(int t, int h, int w)
    {
        float* first = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_samples));
        return first + ((t + Margin.T) * FrameStride) + ((h + Margin.H) * RowStride) + ((w + Margin.W) * (nint)Channels);
    }

    /// <summary>The numbers of a row, without its margin.</summary>
    public Span<float> Row(int t, int h) => new(At(t, h, 0), Extent.W * Channels);

    /// <summary>Gives the map another size, no larger than its first. The margin is zero then, all else means nothing.</summary>
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
