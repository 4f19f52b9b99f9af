using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks;

/// <summary>Channels, kernel size and stride of a convolution. The padding on every side is half of the kernel.</summary>
/// <param name="Input">Number of input channels.</param>
/// <param name="Output">Number of output channels.</param>
/// <param name="Kernel">Frames, rows and columns of the kernel, all odd.</param>
/// <param name="Stride">Step between outputs in rows and columns of the input.</param>
internal readonly record struct ConvolutionShape(int Input, int Output, Extent Kernel, int Stride = 1)
{
    /// <summary>Zero padding in frames, rows and columns on each side of the input.</summary>
    public Extent Padding => new(Kernel.T / 2, Kernel.H / 2, Kernel.W / 2);

    /// <summary>Number of weights per output channel.</summary>
    public int Fan => checked((int)Kernel.Count * Input);

    /// <summary>Creates the shape of a convolution with a kernel of one frame.</summary>
    public static ConvolutionShape Flat(int input, int output, int rows, int columns, int stride = 1) =>
        new(input, output, new Extent(1, rows, columns), stride);

    /// <summary>Returns the size of the output.</summary>
    public Extent OutputOf(Extent input) => new(input.T, ((input.H - 1) / Stride) + 1, ((input.W - 1) / Stride) + 1);
}
