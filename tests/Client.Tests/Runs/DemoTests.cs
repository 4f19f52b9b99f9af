using System.Diagnostics;
using System.Text.Json;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Tests.Runs;

public sealed class DemoTests
{
    [Fact]
    public async Task Demo_makes_three_samples_of_an_example_clip()
    {
        using var place = new TemporaryDirectory();
        using Process demo = VgpnnProgram.StartInterruptible(place.Root, "demo", "--json");
        JsonElement plan = JsonDocument.Parse((await demo.StandardOutput.ReadLineAsync())!).RootElement;
        Assert.Equal("plan", plan.Type());
        Assert.Equal(3, plan.GetProperty("samples").GetInt32());
        Assert.Equal("vgpnn-demo", plan.GetProperty("directory").GetString());

        // The rest equals 'generate' and takes long.
        ChildProcess.Signal(demo, ChildProcess.SigInt);
        ProcessResult result = await ChildProcess.FinishAsync(demo, demo.StandardOutput.ReadToEndAsync());
        Assert.Equal(130, result.ExitCode);
        Assert.Equal("samples", Path.GetFileName(Path.GetDirectoryName(ManifestFile.Load(place["vgpnn-demo"]).Inputs[0].Path)));
    }
}
