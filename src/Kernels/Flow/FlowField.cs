using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Flow;

/// <summary>The flow of one level as it is being made.</summary>
internal sealed class FlowField(int height, int width)
{
    /// <summary>To the right, in pixels of the level.</summary>
    public Plane U { get; } = new(height, width);

    /// <summary>Downwards, in pixels of the level.</summary>
    public Plane V { get; } = new(height, width);

    /// <summary>Gives the field the size of another level.</summary>
    public void Reshape(int height, int width)
    {
        U.Reshape(height, width);
        V.Reshape(height, width);
    }

    /// <summary>1×H×W with two channels.</summary>
    public Volume<float> ToVolume()
    {
        var volume = new Volume<float>(new Extent(1, U.Height, U.Width), 2);
        for (int y = 0; y < U.Height; y++)
        {
            Span<float> row = volume.Row(0, y);
            for (int x = 0; x < U.Width; x++) (row[2 * x], row[(2 * x) + 1]) = (U[y, x], V[y, x]);
        }

        return volume;
    }
}
