using System.Diagnostics;
using System.Text.RegularExpressions;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;
using Xunit.Abstractions;

namespace Vgpnn.Operations.Tests.Image;

/// <summary>
/// The steps of the image, run into a root directory of their own, and the silo in it: as a user without capabilities, on a read-only root.
/// That takes minutes and half a gigabyte from Debian's mirror: <c>VGPNN_IMAGE_TEST=1 ./test Operations</c>.
/// </summary>
public sealed partial class ImageTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Dockerfile_runs_scripts_of_the_repository_only()
    {
        string dockerfile = await File.ReadAllTextAsync(Repository.At("Dockerfile"));
        Assert.Equal(
            ["/source/scripts/image/build.sh /opt/vgpnn", "/tmp/install.sh && rm /tmp/install.sh"], Step("RUN").Matches(dockerfile).Select(m => m.Groups[1].Value));
        foreach (string script in (string[])["build.sh", "install.sh"])
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Repository.At("scripts", "image", script)).HasFlag(UnixFileMode.UserExecute), $"{script} is not executable");
    }

    [Fact]
    public async Task Image_exposes_the_ports_of_the_deployments_and_runs_as_their_user()
    {
        string dockerfile = await File.ReadAllTextAsync(Repository.At("Dockerfile")), api = await File.ReadAllTextAsync(Repository.At("k8s", "base", "api.yaml"));
        Assert.Equal(["7413", "11111", "30000"], Step("EXPOSE").Match(dockerfile).Groups[1].Value.Split(' '));
        Assert.Equal(["7413", "11111", "30000"], ContainerPort().Matches(api).Select(m => m.Groups[1].Value));
        Assert.Equal("10001:10001", Step("USER").Match(dockerfile).Groups[1].Value);
        Assert.Equal("[\"/opt/vgpnn/silo\"]", Step("ENTRYPOINT").Match(dockerfile).Groups[1].Value);
    }

    [ImageFact]
    public async Task Silo_runs_in_its_image_without_capabilities_on_a_read_only_root()
    {
        string root = Directory.CreateTempSubdirectory("vgpnn-image-").FullName;
        try
        {
            await StepAsync(Repository.At("tests", "Operations.Tests", "Image", "make-root"), root);
            int port = PostgresServer.FreePort();
            using Process silo = Process.Start(new ProcessStartInfo(
                Repository.At("tests", "Operations.Tests", "Image", "in-root"),
                [root, "/opt/vgpnn/silo", "--serve", "true", "--data", "/tmp/data", "--urls", $"http://127.0.0.1:{port}"])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            try
            {
                string said = await silo.StandardOutput.ReadLineAsync() ?? await silo.StandardError.ReadToEndAsync();
                Assert.StartsWith("Vgpnn listens", said, StringComparison.Ordinal);
                string line;
                do line = (await silo.StandardOutput.ReadLineAsync())!;
                while (!line.StartsWith("The first key: ", StringComparison.Ordinal));
                string key = line.Split(' ')[^1];
                using var calls = new Calls(port, key);
                Contracts.Video video = await calls.UploadAsync(await Clips.SmallAsync());
                Assert.Equal(Contracts.WorkState.Succeeded, (await calls.FinishedAsync(await calls.SubmitAsync(video.Id, 2))).State);

                string status = await File.ReadAllTextAsync($"/proc/{silo.Id}/status");
                Assert.Matches(@"Uid:\s+10001\s+10001", status);
                Assert.Matches(@"CapEff:\s+0000000000000000", status);
                Assert.Matches(@"(?m)^\S+ / \S+ ro[, ]", await File.ReadAllTextAsync($"/proc/{silo.Id}/mounts"));
            }
            finally
            {
                silo.Kill();
                await silo.WaitForExitAsync();
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static Regex Step(string instruction) => new($"(?m)^{instruction} (.+)$");

    private async Task StepAsync(string script, params string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        (int code, string said, string error) = await Repository.RunAsync(script, arguments);
        output.WriteLine($"{Path.GetFileName(script)}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
        Assert.True(code == 0, said + error);
    }

    [GeneratedRegex(@"containerPort: (\d+)")]
    private static partial Regex ContainerPort();
}

/// <summary>A test that builds a whole root directory, skipped unless VGPNN_IMAGE_TEST is 1.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ImageFactAttribute : FactAttribute
{
    /// <summary>Skips the test unless it is wanted and possible.</summary>
    public ImageFactAttribute() => Skip = Environment.GetEnvironmentVariable("VGPNN_IMAGE_TEST") != "1" ? "it takes minutes; VGPNN_IMAGE_TEST=1 runs it"
        : Environment.UserName != "root" ? "only root can run it"
        : Repository.Find("debootstrap") is null ? "debootstrap is not installed" : null;
}
