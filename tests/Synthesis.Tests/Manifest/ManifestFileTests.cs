using System.Text.Json;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Tests.Manifest;

public sealed class ManifestFileTests : IDisposable
{
    private readonly string _place = Directory.CreateTempSubdirectory("vgpnn-test-").FullName;

    private string Path => System.IO.Path.Combine(_place, ManifestFile.Name);

    public void Dispose() => Directory.Delete(_place, recursive: true);

    [Fact]
    public void Saved_state_is_loaded_unchanged()
    {
        RunManifest manifest = Example();
        ManifestFile.Save(manifest, Path);
        RunManifest loaded = ManifestFile.Load(_place);
        Assert.Equal(Json(manifest), Json(loaded));
        Assert.Equal(manifest.Settings.Read(), loaded.Settings.Read());
        Assert.Equal([Path], Directory.EnumerateFiles(_place));
    }

    [Fact]
    public void Every_option_survives_saving_and_loading_a_manifest()
    {
        ManifestFile.Save(Example(), Path);
        Assert.Equal(Settings, ManifestFile.Load(Path).Settings.Read());
    }

    [Fact]
    public void Manifests_of_the_former_schema_are_read()
    {
        ManifestFile.Save(Example(), Path);
        string text = File.ReadAllText(Path);
        Assert.Contains("\"patch\": {\"t\":2,\"h\":5,\"w\":6}", text, StringComparison.Ordinal);
        File.WriteAllText(
            Path,
            text.Replace("\"schema\": 3", "\"schema\": 2", StringComparison.Ordinal)
                .Replace("{\"t\":2,\"h\":5,\"w\":6}", "{\"frames\":2,\"height\":5,\"width\":6}", StringComparison.Ordinal));
        RunManifest loaded = ManifestFile.Load(Path);
        Assert.Equal((RunManifest.CurrentSchema, Settings), (loaded.Schema, loaded.Settings.Read()));
    }

    [Fact]
    public void Manifest_keeps_names_readable_and_writes_choices_in_lower_case()
    {
        ManifestFile.Save(Example(), Path);
        string text = File.ReadAllText(Path);
        Assert.Contains("\"name\": \"Überflug & 'Kür'.mp4\"", text, StringComparison.Ordinal);
        Assert.Contains("\"search\": \"jumpflood\"", text, StringComparison.Ordinal);
        Assert.Contains("\n    {\"index\":0,\"input\":{\"frames\":", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"schema\": 3", "\"schema\": 1")]
    [InlineData("\"schema\": 3", "\"schema\": 4")]
    [InlineData("\"minS\": 20", "\"minS\": 0")]
    [InlineData("\"minS\": 20", "\"minX\": 20")]
    [InlineData("\"search\": \"jumpflood\"", "\"search\": \"magic\"")]
    [InlineData("\"search\": \"jumpflood\"", "\"search\": 1")]
    [InlineData("\"status\": \"complete\"", "\"status\": null")]
    [InlineData("\"seed\": 7", "\"seed\": -7")]
    [InlineData("\"seed\": 7,", "")]
    [InlineData("\"role\": \"input\"", "\"role\": \"thing\"")]
    [InlineData("\"index\": 0,", "\"index\": 1,")]
    [InlineData("\"index\": 0,", "\"index\": -1,")]
    public void Manifest_with_invalid_content_is_refused(string before, string after)
    {
        ManifestFile.Save(Example(), Path);
        string text = File.ReadAllText(Path);
        Assert.Contains(before, text, StringComparison.Ordinal);
        File.WriteAllText(Path, text.Replace(before, after, StringComparison.Ordinal));
        VgpnnException refused = Assert.Throws<VgpnnException>(() => ManifestFile.Load(Path));
        Assert.Equal((ErrorKind.Input, "manifest-invalid"), (refused.Kind, refused.Code));
    }

    [Fact]
    public void Missing_manifest_is_an_input_error()
    {
        VgpnnException refused = Assert.Throws<VgpnnException>(() => ManifestFile.Load(Path));
        Assert.Equal((ErrorKind.Input, "manifest-not-found"), (refused.Kind, refused.Code));
    }

    private static RunSettings Settings { get; } = new()
    {
        FirstFrame = 2,
        LastFrame = 7,
        MaxHeight = 32,
        FrameRate = new FrameRate(30_000, 1001),
        Method = MethodOptions.For(Application.Generation) with
        {
            Scale = new Scale(0.8, 1, 1.25),
            Loop = true,
            DownscaleT = 0.9,
            DownscaleS = 0.8,
            MinT = 4,
            MinS = 20,
            Patch = new Extent(2, 5, 6),
            Iterations = 3,
            Noise = 0.1 + 0.2,
            NoiseTime = NoiseTime.Independent,
            Completeness = 0.25,
            Vote = VoteRule.Gaussian,
            Search = SearchMethod.JumpFlood,
            Engine = Engine.Float,
        },
    };

    private static string Json(RunManifest manifest) => JsonSerializer.Serialize(manifest, ManifestJson.Default.RunManifest);

    private static RunManifest Example() => new()
    {
        Schema = RunManifest.CurrentSchema,
        Version = "1.2.3",
        EngineClass = "cpu",
        Status = RunStatus.Complete,
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Seconds = 1.5,
        Command = "vgpnn generate 'Überflug & '\\''Kür'\\''.mp4'",
        Repeat = "vgpnn repeat out/manifest.json",
        Inputs =
        [
            new ManifestInput
            {
                Role = InputRole.Input,
                Name = "Überflug & 'Kür'.mp4",
                Path = "../clip.mp4",
                FileSha256 = new string('a', 64),
                FramesSha256 = new string('b', 64),
                Size = new ManifestSize(6, 32, 48),
                FrameRate = "30000/1001",
                Preview = "input.mp4",
            },
        ],
        Notices = ["10 bits became 8"],
        Output = new ManifestOutput(new ManifestSize(5, 32, 60), "30000/1001", ClipFormat.Webm),
        Settings = new ManifestSettings
        {
            Application = Application.Generation,
            Samples = 1,
            Seed = 7,
            NoiseAuto = false,
            Threads = 2,
            MaxMemoryBytes = 1L << 40,
            SaveLevels = false,
            Options = OptionTable.Default.Write(Settings),
        },
        Levels = [new ManifestLevel(0, new ManifestSize(6, 32, 48), new ManifestSize(5, 32, 60), new ManifestSize(2, 5, 6), 3)],
        Samples =
        [
            new ManifestSample
            {
                Index = 0,
                File = "sample-0000.webm",
                Preview = "sample-0000.webm",
                FramesSha256 = new string('c', 64),
                Seconds = 1.25,
                Levels = [new ManifestTiming(0, 1.5, 2.5, 3.5, 0.0123)],
            },
        ],
    };
}
