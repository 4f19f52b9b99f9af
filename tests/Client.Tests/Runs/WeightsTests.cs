using System.Diagnostics;
using System.Text.Json;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Kernels.Networks;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Testing;

namespace Vgpnn.Client.Tests.Runs;

/// <summary>Networks with weights of the user: RAFT for analogies, C3D for SVFID.</summary>
public sealed class WeightsTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public static TheoryData<string> Formats => [.. WeightFiles.Formats];

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Same_weights_in_any_format_give_identical_frames()
    {
        await TestClip.MakeAsync(_place, moving: true);
        await TestClip.MakeAsync(_place, "style.mp4", frames: 5, width: 40, height: 36, moving: true);
        WeightTensor[] small = WeightFiles.Raft(small: true);
        var hashes = new HashSet<string>();
        foreach (string format in WeightFiles.Formats)
        {
            await File.WriteAllBytesAsync(_place[$"w.{format}"], WeightFiles.Write(format, small));
            await VgpnnProgram.SucceedAsync(_place.Root, "analogy", "clip.mp4", "style.mp4", "--flow", $"raft=w.{format}", "--seed", "1", "-o", format);
            RunManifest manifest = ManifestFile.Load(_place[format]);
            Assert.Equal(("raft-small", $"../w.{format}"), (manifest.Settings.Flow!.Network, manifest.Settings.Flow.Weights));
            hashes.Add(manifest.Samples[0].FramesSha256);
        }

        await VgpnnProgram.SucceedAsync(_place.Root, "analogy", "clip.mp4", "style.mp4", "--seed", "1", "-o", "without");
        Assert.Null(ManifestFile.Load(_place["without"]).Settings.Flow);
        Assert.DoesNotContain(ManifestFile.Load(_place["without"]).Samples[0].FramesSha256, Assert.Single(hashes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_with_large_network_is_repeated_with_the_recorded_weights_only()
    {
        await TestClip.MakeAsync(_place, moving: true);
        byte[] weights = WeightFiles.Safetensors(WeightFiles.Raft(small: false));
        await File.WriteAllBytesAsync(_place["w"], weights);
        await VgpnnProgram.SucceedAsync(_place.Root, "analogy", "clip.mp4", "clip.mp4", "--flow", "raft=w", "-o", "out");
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        Assert.Equal("raft-large", manifest.Settings.Flow!.Network);
        Assert.Contains("--flow raft=w ", manifest.Command, StringComparison.Ordinal);

        File.Move(_place["w"], _place["moved"]);
        ProcessResult missing = await VgpnnProgram.RunAsync(_place.Root, "repeat", "out");
        Assert.Equal((3, "vgpnn: the weight file w does not exist\nhint: check the path; the program contains no weights\n"), (missing.ExitCode, missing.Error));
        ProcessResult again = await VgpnnProgram.SucceedAsync(_place.Root, "repeat", "out", "--flow", "raft=moved");
        Assert.StartsWith("Identical: 1 sample,", again.Output, StringComparison.Ordinal);

        weights[^1] ^= 1;
        await File.WriteAllBytesAsync(_place["w"], weights);
        ProcessResult changed = await VgpnnProgram.RunAsync(_place.Root, "repeat", "out", "-o", "never");
        Assert.Equal(3, changed.ExitCode);
        Assert.Equal("vgpnn: w is not the weight file that the run used\nhint: pass the right one with --flow raft=FILE\n", changed.Error);
        Assert.DoesNotContain(_place.Files, f => f.StartsWith("never", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Invalid_weights_are_rejected_before_writing(string format)
    {
        await TestClip.MakeAsync(_place);
        byte[] whole = WeightFiles.Write(format, WeightFiles.Raft(small: true));
        await RefuseAsync(whole[..(whole.Length * 2 / 3)], "is damaged or truncated");
        await RefuseAsync(WeightFiles.Write(format, WeightFiles.C3d(C3dLayer.Conv1)), "has no tensor fnet.conv1.weight: it contains the weights of another network");
    }

    [Fact]
    public async Task Pickle_does_not_execute_a_program()
    {
        await TestClip.MakeAsync(_place);
        var pickle = new PickleWriter();
        pickle.Global("posix", "system");
        pickle.Op("(");
        pickle.Text($"touch {_place["ran"]}");
        pickle.Op("tR");
        await RefuseAsync(WeightFiles.Torch(pickle.End()), "it contains no dictionary of tensors");
    }

    [Fact]
    public async Task Plan_includes_the_network_and_its_memory()
    {
        await TestClip.MakeAsync(_place, moving: true);
        await File.WriteAllBytesAsync(_place["w"], WeightFiles.Npz(WeightFiles.Raft(small: true)));
        async Task<long> PeakAsync(params string[] options) =>
            VgpnnProgram.Lines((await VgpnnProgram.SucceedAsync(_place.Root, ["analogy", "clip.mp4", "clip.mp4", "--dry-run", "--json", .. options])).Output)
                .Single(l => l.Type() == "plan").GetProperty("peakBytes").GetInt64();
        Assert.InRange(await PeakAsync("--flow", "raft=w") - await PeakAsync(), 4 << 20, 64 << 20);
        ProcessResult table = await VgpnnProgram.SucceedAsync(_place.Root, "analogy", "clip.mp4", "clip.mp4", "--dry-run", "--flow", "raft=w");
        Assert.Contains("motion by raft-small", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_can_be_interrupted_during_optical_flow()
    {
        await TestClip.MakeAsync(_place, frames: 40, width: 320, height: 240, moving: true);
        await File.WriteAllBytesAsync(_place["w"], WeightFiles.Safetensors(WeightFiles.Raft(small: false)));
        using Process process = VgpnnProgram.StartInterruptible(_place.Root, "analogy", "clip.mp4", "clip.mp4", "--flow", "raft=w", "-o", "out", "--json");
        string? line;
        do line = await process.StandardOutput.ReadLineAsync();
        while (line is not null && JsonDocument.Parse(line).RootElement.Type() != "plan");
        ChildProcess.Signal(process, ChildProcess.SigInt);
        ProcessResult result = await ChildProcess.FinishAsync(process, process.StandardOutput.ReadToEndAsync());
        Assert.Equal(130, result.ExitCode);
        Assert.Equal(["clip.mp4", "w"], _place.Files);
    }

    [Theory]
    [InlineData("conv1", "positions", 50)]
    [InlineData("conv1", "video", 64)]
    [InlineData("pool1", "positions", 50)]
    [InlineData("conv2", "video", 128)]
    public async Task Svfid_is_reported_with_layer_variant_and_weights(string layer, string variant, int channels)
    {
        await TestClip.MakeAsync(_place, moving: true);
        await TestClip.MakeAsync(_place, "other.mp4");
        await File.WriteAllBytesAsync(_place["c3d.safetensors"], WeightFiles.Safetensors(WeightFiles.C3d(C3dLayer.Conv2)));
        string[] asked = ["evaluate", "clip.mp4", "clip.mp4", "other.mp4", "--svfid", "c3d=c3d.safetensors", "--svfid-layer", layer, "--svfid-variant", variant];
        JsonElement report = VgpnnProgram.Lines((await VgpnnProgram.SucceedAsync(_place.Root, [.. asked, "--json"])).Output).Single();
        JsonElement how = report.GetProperty("svfid");
        Assert.Equal((layer, variant, channels), (how.GetProperty("layer").GetString(), how.GetProperty("variant").GetString(), how.GetProperty("channels").GetInt32()));
        Assert.Equal(64, how.GetProperty("sha256").GetString()!.Length);
        double[] scores = [.. report.GetProperty("samples").EnumerateArray().Select(s => s.GetProperty("scores").GetProperty("svfid").GetDouble())];
        Assert.True(scores[1] > 0);
        Assert.InRange(scores[0], 0, 1e-6 * scores[1]);

        ProcessResult table = await VgpnnProgram.SucceedAsync(_place.Root, asked);
        Assert.Contains("SVFID", table.Output, StringComparison.Ordinal);
        Assert.Contains(layer, table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Svfid_without_weights_of_the_layer_is_rejected()
    {
        await TestClip.MakeAsync(_place);
        await File.WriteAllBytesAsync(_place["w"], WeightFiles.TorchLegacy(WeightFiles.C3d(C3dLayer.Conv1)));
        ProcessResult refused = await VgpnnProgram.RunAsync(_place.Root, "evaluate", "clip.mp4", "clip.mp4", "--svfid", "c3d=w", "--svfid-layer", "conv2");
        Assert.Equal(3, refused.ExitCode);
        Assert.StartsWith("vgpnn: w has no tensor conv2.weight", refused.Error, StringComparison.Ordinal);
        ProcessResult alone = await VgpnnProgram.RunAsync(_place.Root, "evaluate", "clip.mp4", "clip.mp4", "--svfid-layer", "conv2");
        Assert.Equal((2, "vgpnn: --svfid-layer needs weights\nhint: add --svfid c3d=FILE\n"), (alone.ExitCode, alone.Error));
    }

    private async Task RefuseAsync(byte[] weights, string why)
    {
        await File.WriteAllBytesAsync(_place["w"], weights);
        ProcessResult refused = await VgpnnProgram.RunAsync(_place.Root, "analogy", "clip.mp4", "clip.mp4", "--flow", "raft=w", "-o", "out");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains(why, refused.Error, StringComparison.Ordinal);
        Assert.Equal(["clip.mp4", "w"], _place.Files);
    }
}
