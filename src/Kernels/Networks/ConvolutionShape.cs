using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks;

/// <summary>The sizes of a convolution. Its padding is half of the kernel on every side.</summary>
/// <param name="Input">Channels read.</param>
/// <param name="Output">Channels written.</param>
/// <param name="Kernel">Frames, rows and columns of the kernel, all odd.</param>
/// <param name="Stride">Rows and columns of the input from one output to the next.</param>
internal readonly record struct ConvolutionShape(int Input, int Output, Extent Kernel, int Stride = 1)
{
    /// <summary>Frames, rows and columns of zeros around the input.</summary>
    public Extent Padding => new(Kernel.T / 2, Kernel.H / 2, Kernel.W / 2);

    /// <summary>Weights of one output channel.</summary>
    public int Fan => checked((int)Kernel.Count * Input);

    /// <summary>A kernel of one frame.</summary>
    public static ConvolutionShape Flat(int input, int output, int rows, int columns, int stride = 1) =>
        new(input, output, new Extent(1, rows, columns), stride);

    /// <summary>The size of what comes out.</summary>
    public Extent OutputOf(Extent input) => new(input.T, ((input.H - 1) / Stride) + 1, ((input.W - 1) / Stride) + 1);
}
