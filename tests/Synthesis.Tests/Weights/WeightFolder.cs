using Vgpnn.Synthesis.Weights;

namespace Vgpnn.Synthesis.Tests.Weights;

/// <summary>Keeps a weight file during a test.</summary>
internal sealed class WeightFolder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vgpnn-weights-");

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>Writes the file.</summary>
    /// <returns>Its path, always the same.</returns>
    public string Write(byte[] bytes)
    {
        string path = Path.Combine(_directory.FullName, "weights.bin");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public WeightFile Open(byte[] bytes) => WeightFile.Open(Write(bytes));
}
