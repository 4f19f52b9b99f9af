namespace Vgpnn.Kernels.Networks;

/// <summary>Supplies the trained weights of a network. Networks read all weights in their constructor.</summary>
public interface IWeightSource
{
    /// <summary>Whether weights with this name exist.</summary>
    bool Contains(string name);

    /// <summary>Returns the weights with this name, all finite, in C order.</summary>
    /// <param name="name">Name in the network's published definition, such as <c>fnet.conv1.weight</c>.</param>
    /// <param name="shape">Required shape.</param>
    /// <remarks>Throws an exception of the source's choice if the weights are missing or have another shape.</remarks>
    float[] Read(string name, params ReadOnlySpan<int> shape);
}
