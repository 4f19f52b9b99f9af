namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>The committed hashes of everything that the device kernels compute (<see cref="GoldenScenes"/>).</summary>
internal static class Golden
{
    /// <summary>All lines of the file.</summary>
    public static string[] Lines { get; } = Read();

    private static string[] Read()
    {
        using Stream file = typeof(Golden).Assembly.GetManifestResourceStream("golden.txt")!;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
