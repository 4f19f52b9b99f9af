using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Flow;

/// <summary>The flow of one level while it is computed.</summary>
internal sealed class FlowField(int height, int width)
{
    /// <summary>Displacement to the right, in pixels of the level.</summary>
    public Plane U { get; } = new(height, width);

    /// <summary>Displacement downwards, in pixels of the level.</summary>
    public Plane V { get; } = new(height, width);

    /// <summary>Changes the size of the field to that of another level.</summary>
    public void Reshape(int height, int width)
    {
        U.Reshape(height, width);
        V.Reshape(height, width);
    }

    /// <summary>Returns the flow as 1×H×W×2.</summary>
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
