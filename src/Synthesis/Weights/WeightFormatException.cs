namespace Vgpnn.Synthesis.Weights;

/// <summary>A defect of a weight file. The message continues a sentence about the file: "it contains no …".</summary>
internal sealed class WeightFormatException(string message) : Exception(message);
