namespace Vgpnn.Kernels.Networks;

/// <summary>Counts the memory that a network's layers will take, with output channels packed in whole blocks.</summary>
internal sealed class CountedWeights(IWeightSource source) : IWeightSource
{
    /// <summary>Packed size of all weights read so far, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <inheritdoc/>
    public bool Contains(string name) => source.Contains(name);

    /// <inheritdoc/>
    public float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        float[] numbers = source.Read(name, shape);
        const int Block = ConvolutionTile.Channels;
        Bytes += (long)numbers.Length / shape[0] * ((shape[0] + Block - 1) / Block * Block) * sizeof(float);
        return numbers;
    }
}
