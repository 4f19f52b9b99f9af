namespace Vgpnn.Kernels.Networks;

/// <summary>Where a network takes its trained numbers from. Networks ask for all of them when they are made, before anything runs.</summary>
public interface IWeightSource
{
    /// <summary>Whether there are weights of this name.</summary>
    bool Contains(string name);

    /// <summary>The weights of this name, finite, in C order.</summary>
    /// <param name="name">The name in the network's published definition, such as <c>fnet.conv1.weight</c>.</param>
    /// <param name="shape">The shape that the network needs.</param>
    /// <remarks>Throws, with whatever exception suits the source, if they are missing or of another shape.</remarks>
    float[] Read(string name, params ReadOnlySpan<int> shape);
}
