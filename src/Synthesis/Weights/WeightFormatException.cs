namespace Vgpnn.Synthesis.Weights;

/// <summary>What is wrong with a file, as the second half of a sentence about it: "it holds no …".</summary>
internal sealed class WeightFormatException(string message) : Exception(message);
