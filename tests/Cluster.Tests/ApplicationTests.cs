using System.Diagnostics;
using System.Text.Json;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Grains.Contracts;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Media;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

/// <summary>Every application of the command line as a request: the same samples, bit for bit, as the command line makes.</summary>
public sealed class ApplicationTests(ApplicationTests.Place place) : IClassFixture<ApplicationTests.Place>
{
    private static readonly MethodOptions Usual = MethodOptions.For(Application.Generation);

    [Fact]
    public Task Generation() => SameAsync(
        "generate clip.mp4 -n 2", Usual, 2, (InputRole.Input, "clip.mp4"));

    [Fact]
    public Task Loops() => SameAsync(
        "generate clip.mp4 --loop", MethodOptions.For(Application.Generation, loop: true), 1, (InputRole.Input, "clip.mp4"));

    [Fact]
    public Task Generation_out_of_several_clips() => SameAsync(
        "generate clip.mp4 other.mp4", Usual, 1, (InputRole.Input, "clip.mp4"), (InputRole.Input, "other.mp4"));

    [Fact]
    public Task Retargeting() => SameAsync(
        "retarget clip.mp4 --scale 1,1,0.75", MethodOptions.For(Application.Retargeting) with { Scale = new Scale(1, 1, 0.75) }, 1,
        (InputRole.Input, "clip.mp4"));

    [Fact]
    public Task Analogies() => SameAsync(
        "analogy clip.mp4 other.mp4", MethodOptions.For(Application.Analogy), 1, (InputRole.Content, "clip.mp4"), (InputRole.Style, "other.mp4"));

    [Fact]
    public Task Sketches() => SameAsync(
        "sketch clip.mp4 other.mp4", MethodOptions.For(Application.Sketch), 1, (InputRole.Sketch, "clip.mp4"), (InputRole.Style, "other.mp4"));

    [Fact]
    public Task Inpainting() => SameAsync(
        "inpaint clip.mp4 --mask mask.png", MethodOptions.For(Application.Inpainting), 1, (InputRole.Input, "clip.mp4"), (InputRole.Mask, "mask.png"));

    private async Task SameAsync(string command, MethodOptions options, int samples, params (InputRole Role, string File)[] inputs)
    {
        TestCluster cluster = place.Cluster;
        var videos = new List<RequestInput>();
        foreach ((InputRole role, string file) in inputs)
            videos.Add(new RequestInput(role, await cluster.VideoAsync(place.Tenant, await File.ReadAllBytesAsync(place[file]))));
        RequestStatus request = await cluster.Requests.SubmitAsync(place.Tenant, new NewRequest
        {
            Inputs = videos,
            Settings = new RequestSettings { Options = options with { Iterations = 2 } },
            Samples = samples,
            Seed = 11,
        });
        string[] expected = await place.CommandLineAsync($"{command} --iterations 2 --seed 11");
        Assert.Equal(samples, expected.Length);
        Assert.Equal(samples, (await cluster.FinishedAsync(place.Tenant, request.RequestId)).Succeeded);
        Assert.Equal(expected, await cluster.HashesAsync(place.Tenant, request.RequestId));

        // What is stored is the video that the command line writes.
        string key = (await cluster.SampleAsync(place.Tenant, request.RequestId)).VideoKey!;
        Clip stored = (await ClipReader.ReadAsync(Path.Combine(cluster.BlobDirectory, key))).Clip;
        Assert.Equal((await ClipReader.ReadAsync(place.FirstSample)).Clip.ContentHash(), stored.ContentHash());
    }

    /// <summary>A silo, and a directory with clips in it.</summary>
    public sealed class Place : IAsyncLifetime
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-applications-").FullName;

        internal TestCluster Cluster { get; private set; } = null!;

        internal string Tenant { get; private set; } = "";

        internal string FirstSample { get; private set; } = "";

        internal string this[string name] => Path.Combine(_directory, name);

        public async Task InitializeAsync()
        {
            Cluster = await TestCluster.SqliteAsync();
            await Cluster.StartAsync();
            Tenant = await Cluster.Tenants.CreateAsync("a", new TenantLimits());
            await WriteAsync("clip.mp4", new Extent(12, 40, 56), firstFrame: 0);
            await WriteAsync("other.mp4", new Extent(10, 40, 56), firstFrame: 40);
            var mask = new byte[3 * 40 * 56];
            for (int h = 12; h < 26; h++) mask.AsSpan(3 * ((h * 56) + 20), 3 * 16).Fill(255);
            await ClipWriter.WriteAsync(new Clip([mask], 56, 40, new FrameRate(10, 1)), this["mask"], ClipFormat.Png);
            File.Move(Directory.GetFiles(this["mask"]).Single(), this["mask.png"]);
        }

        public async Task DisposeAsync()
        {
            await Cluster.DisposeAsync();
            Directory.Delete(_directory, recursive: true);
        }

        /// <summary>Runs the plain program, and gives the hashes of its samples.</summary>
        internal async Task<string[]> CommandLineAsync(string command)
        {
            string output = $"out-{Guid.NewGuid():N}";
            using var process = new Process
            {
                StartInfo = new ProcessStartInfo(
                    "dotnet", [Path.Combine(AppContext.BaseDirectory, "vgpnn.dll"), .. command.Split(' '), "-o", output])
                {
                    WorkingDirectory = _directory,
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                },
            };
            process.Start();
            Task<string> said = process.StandardError.ReadToEndAsync();
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, await said);
            using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_directory, output, "manifest.json")));
            JsonElement[] samples = [.. manifest.RootElement.GetProperty("samples").EnumerateArray()];
            FirstSample = Path.Combine(_directory, output, samples[0].GetProperty("file").GetString()!);
            return [.. samples.Select(s => s.GetProperty("framesSha256").GetString()!)];
        }

        private async Task WriteAsync(string name, Extent size, int firstFrame) => await ClipWriter.WriteAsync(
            Clip.FromVolume(SyntheticScene.Render(size, firstFrame, new Workers(1)), new FrameRate(10, 1)), this[name], ClipFormat.Mp4);
    }
}
