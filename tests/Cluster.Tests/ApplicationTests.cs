using System.Diagnostics;
using System.Text.Json;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Media;
using Vgpnn.Silo.Api.Requests;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Cluster.Tests;

/// <summary>Every application of the command line as a request: the same samples, bit for bit, as the command line makes.</summary>
public sealed class ApplicationTests(ApplicationTests.Place place) : IClassFixture<ApplicationTests.Place>
{
    [Fact]
    public Task Generated_samples_equal_those_of_the_command_line() => SameAsync(
        "generate clip.mp4 -n 2", MethodOptions.For(Application.Generation), 2, (InputRole.Input, "clip.mp4"));

    [Fact]
    public Task Loops_equal_those_of_the_command_line() => SameAsync(
        "generate clip.mp4 --loop", MethodOptions.For(Application.Generation, loop: true), 1, (InputRole.Input, "clip.mp4"));

    [Fact]
    public Task Samples_of_several_clips_equal_those_of_the_command_line() => SameAsync(
        "generate clip.mp4 other.mp4", MethodOptions.For(Application.Generation), 1, (InputRole.Input, "clip.mp4"), (InputRole.Input, "other.mp4"));

    [Fact]
    public Task Retargeted_samples_equal_those_of_the_command_line() => SameAsync(
        "retarget clip.mp4 --scale 1,1,0.75", MethodOptions.For(Application.Retargeting) with { Scale = new Scale(1, 1, 0.75) }, 1,
        (InputRole.Input, "clip.mp4"));

    [Fact]
    public Task Analogies_equal_those_of_the_command_line() => SameAsync(
        "analogy clip.mp4 other.mp4", MethodOptions.For(Application.Analogy), 1, (InputRole.Content, "clip.mp4"), (InputRole.Style, "other.mp4"));

    [Fact]
    public Task Sketches_equal_those_of_the_command_line() => SameAsync(
        "sketch clip.mp4 other.mp4", MethodOptions.For(Application.Sketch), 1, (InputRole.Sketch, "clip.mp4"), (InputRole.Style, "other.mp4"));

    [Fact]
    public Task Inpainted_samples_equal_those_of_the_command_line() => SameAsync(
        "inpaint clip.mp4 --mask mask.png", MethodOptions.For(Application.Inpainting), 1, (InputRole.Input, "clip.mp4"), (InputRole.Mask, "mask.png"));

    private async Task SameAsync(string command, MethodOptions options, int samples, params (InputRole Role, string File)[] inputs)
    {
        var videos = new List<RequestInput>();
        foreach ((InputRole role, string file) in inputs)
            videos.Add(new RequestInput(role.ToWire(), await place.Tenant.UploadAsync(await File.ReadAllBytesAsync(place[file]), file)));
        Request request = await place.Tenant.SubmitAsync(
            new RequestDraft
            {
                Application = options.Application.ToWire(),
                Inputs = videos,
                Samples = samples,
                Seed = 11,
                Settings = OptionTable.Default.Write(new RunSettings { Method = options with { Iterations = 2 } }),
            },
            command);
        string[] files = await place.CommandLineAsync($"{command} --iterations 2 --seed 11");
        Assert.Equal(samples, (await place.Tenant.EndedAsync(request)).Samples.Succeeded);
        IReadOnlyList<Sample> made = await place.Tenant.SamplesAsync(request);
        Assert.Equal(samples, files.Length);
        for (int i = 0; i < samples; i++)
        {
            using HttpResponseMessage video = await place.Tenant.Api.TryAsync(place.Cluster.Silos[0], HttpMethod.Get, made[i].Links.Video!);
            string downloaded = place[$"{Guid.NewGuid():N}.mp4"];
            await File.WriteAllBytesAsync(downloaded, await video.Content.ReadAsByteArrayAsync());
            string expected = (await ClipReader.ReadAsync(files[i])).Clip.ContentHash();
            Assert.Equal(expected, (await ClipReader.ReadAsync(downloaded)).Clip.ContentHash());
        }

        Assert.Equal(place.Hashes(files[0]), made.Select(s => s.FramesSha256));
    }

    /// <summary>A silo, and a directory with clips.</summary>
    public sealed class Place : IAsyncLifetime
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-applications-").FullName;

        internal TestCluster Cluster { get; private set; } = null!;

        internal TestTenant Tenant { get; private set; } = null!;

        internal string this[string name] => Path.Combine(_directory, name);

        public async Task InitializeAsync()
        {
            Cluster = await TestCluster.PostgresAsync();
            await Cluster.StartAsync();
            await WriteAsync("clip.mp4", new Extent(12, 40, 56), firstFrame: 0);
            await WriteAsync("other.mp4", new Extent(10, 40, 56), firstFrame: 40);
            var mask = new byte[3 * 40 * 56];
            for (int h = 12; h < 26; h++) mask.AsSpan(3 * ((h * 56) + 20), 3 * 16).Fill(255);
            await ClipWriter.WriteAsync(new Clip([mask], 56, 40, new FrameRate(10, 1)), this["mask"], ClipFormat.Png);
            File.Move(Directory.GetFiles(this["mask"]).Single(), this["mask.png"]);
            Tenant = await Cluster.TenantAsync(clip: await File.ReadAllBytesAsync(this["clip.mp4"]));
        }

        public async Task DisposeAsync()
        {
            await Cluster.CheckAsync();
            await Cluster.DisposeAsync();
            Directory.Delete(_directory, recursive: true);
        }

        /// <summary>Runs the command line program.</summary>
        /// <returns>The files of its samples.</returns>
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
            return [.. Samples(output).Select(s => Path.Combine(_directory, output, s.GetProperty("file").GetString()!))];
        }

        /// <summary>The hashes of all samples of a run of the command line.</summary>
        internal IEnumerable<string> Hashes(string file) =>
            Samples(Path.GetDirectoryName(file)!).Select(s => s.GetProperty("framesSha256").GetString()!);

        private JsonElement[] Samples(string output)
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(_directory, output, "manifest.json")));
            return [.. manifest.RootElement.GetProperty("samples").EnumerateArray().Select(s => s.Clone())];
        }

        private async Task WriteAsync(string name, Extent size, int firstFrame) => await ClipWriter.WriteAsync(
            Clip.FromVolume(SyntheticScene.Render(size, firstFrame, new Workers(1)), new FrameRate(10, 1)), this[name], ClipFormat.Mp4);
    }
}
