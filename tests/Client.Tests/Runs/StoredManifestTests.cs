using System.Runtime.CompilerServices;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Testing;

namespace Vgpnn.Client.Tests.Runs;

/// <summary>
/// A manifest of an earlier version: two samples of six frames by the former OpenCL kernels. Later kernels must reproduce the
/// frames exactly.
/// </summary>
public sealed class StoredManifestTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [GpuFact]
    public async Task Samples_of_an_old_gpu_manifest_are_reproduced_exactly()
    {
        string stored = Stored(), clip = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(stored)!, "../../../../samples/lanterns.mp4"));
        File.Copy(stored, _place["manifest.json"]);
        File.Copy(clip, _place["lanterns.mp4"]);
        ProcessResult repeated = await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "manifest.json", "-o", "again");
        Assert.StartsWith("Identical: 2 samples", repeated.Output, StringComparison.Ordinal);
    }

    private static string Stored([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Stored", "manifest.json");
}
