namespace Vgpnn.Architecture.Tests;

/// <summary>Third-party libraries stay in their rooms.</summary>
public sealed class RoomTests
{
    [Theory]
    [InlineData("ILGPU", "Vgpnn.Kernels.Gpu")]
    [InlineData("FFMpegCore", "Vgpnn.Media.Ffmpeg")]
    [InlineData("SkiaSharp", "Vgpnn.Media.Stills")]
    [InlineData("MathNet", "Vgpnn.Synthesis.Evaluation")]
    [InlineData("ICSharpCode", "Vgpnn.Synthesis.Evaluation")]
    [InlineData("Azure", "Vgpnn.Grains.Storage", "Vgpnn.Silo.Hosting")]
    [InlineData("Amazon", "Vgpnn.Grains.Storage")]
    [InlineData("Npgsql", "Vgpnn.Grains.Storage", "Vgpnn.Silo.Observing")]
    [InlineData("Microsoft.Data.Sqlite", "Vgpnn.Grains.Storage")]
    [InlineData("Polly", "Vgpnn.Silo.Hosting")]
    [InlineData("OpenTelemetry", "Vgpnn.Silo")]
    [InlineData("Orleans", "Vgpnn.Grains", "Vgpnn.Silo.Hosting", "Vgpnn.Silo.Checking", "Vgpnn.Silo.Api", "Vgpnn.Silo.Observing")]
    [InlineData("System.CommandLine", "Vgpnn.Client")]
    [InlineData("Spectre", "Vgpnn.Client")]
    [InlineData("Microsoft.AspNetCore", "Vgpnn.Silo")]
    public void Library_is_named_in_its_rooms_only(string library, params string[] rooms)
    {
        string[] wrong = [.. TypeGraph.Product.Types
            .Where(t => !rooms.Any(r => t.Namespace == r || t.Namespace.StartsWith(r + ".", StringComparison.Ordinal)))
            .SelectMany(t => t.Names.Where(n => n.StartsWith(library + ".", StringComparison.Ordinal)).Select(n => $"{t.Name} names {n}"))
            .Order(StringComparer.Ordinal)];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }
}
