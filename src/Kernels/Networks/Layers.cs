namespace Vgpnn.Kernels.Networks;

/// <summary>Creates convolutions from named weights.</summary>
internal static class Layers
{
    private const double Epsilon = 1e-5;

    /// <summary>Creates the convolution of <c>name.weight</c> and <c>name.bias</c>.</summary>
    public static Convolution Convolution(IWeightSource source, string name, ConvolutionShape shape) =>
        new(shape, Weights(source, name, shape), source.Read($"{name}.bias", shape.Output));

    /// <summary>Creates a convolution with the batch normalisation <paramref name="norm"/> (running statistics) folded into it.</summary>
    public static Convolution Normalised(IWeightSource source, string name, string norm, ConvolutionShape shape)
    {
        float[] weights = Weights(source, name, shape), bias = source.Read($"{name}.bias", shape.Output);
        float[] gamma = source.Read($"{norm}.weight", shape.Output), beta = source.Read($"{norm}.bias", shape.Output);
        float[] mean = source.Read($"{norm}.running_mean", shape.Output), variance = source.Read($"{norm}.running_var", shape.Output);
        for (int o = 0; o < shape.Output; o++)
        {
            double scale = gamma[o] / Math.Sqrt(Math.Max(0, variance[o]) + Epsilon);
            foreach (ref float weight in weights.AsSpan(o * shape.Fan, shape.Fan)) weight = (float)(weight * scale);
            bias[o] = (float)(((bias[o] - mean[o]) * scale) + beta[o]);
        }

        return new Convolution(shape, weights, bias);
    }

    /// <summary>Reads the weights of a convolution, [output][input][frames][rows][columns]. Files omit the frames of two-dimensional kernels.</summary>
    public static float[] Weights(IWeightSource source, string name, ConvolutionShape shape) =>
        shape.Kernel.T == 1
            ? source.Read($"{name}.weight", shape.Output, shape.Input, shape.Kernel.H, shape.Kernel.W)
            : source.Read($"{name}.weight", shape.Output, shape.Input, shape.Kernel.T, shape.Kernel.H, shape.Kernel.W);

    /// <summary>Selects the weights of some input channels, in the given order.</summary>
    public static float[] Columns(ReadOnlySpan<float> weights, ConvolutionShape shape, params ReadOnlySpan<Range> channels)
    {
        int kernel = (int)shape.Kernel.Count;
        var columns = new List<float>(weights.Length);
        for (int o = 0; o < shape.Output; o++)
            foreach (Range range in channels)
            {
                (int first, int count) = range.GetOffsetAndLength(shape.Input);
                columns.AddRange(weights.Slice(((o * shape.Input) + first) * kernel, count * kernel));
            }

        return [.. columns];
    }
}
