using System.Diagnostics;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;
using Xunit.Abstractions;

namespace Vgpnn.Operations.Tests.Image;

/// <summary>
/// The image's steps, run into a root of their own, and the silo in it: as a user without rights, with a root that cannot be written. It
/// takes minutes and half a gigabyte from Debian's mirror: <c>VGPNN_IMAGE_TEST=1 ./test Operations</c>.
/// </summary>
public sealed class ImageTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_dockerfile_runs_the_scripts_of_the_repository_and_nothing_else()
    {
        string[] steps = [.. (await File.ReadAllLinesAsync(Repository.At("Dockerfile"))).Where(l => l.StartsWith("RUN ", StringComparison.Ordinal))];
        Assert.Equal(["RUN /source/scripts/image/build.sh /opt/vgpnn", "RUN /tmp/install.sh && rm /tmp/install.sh"], steps);
        Assert.Contains("USER 10001:10001", await File.ReadAllTextAsync(Repository.At("Dockerfile")), StringComparison.Ordinal);
    }

    [ImageFact]
    public async Task The_silo_runs_in_its_image_without_rights_on_a_root_that_cannot_be_written()
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
                Assert.Equal(Contracts.WorkState.Succeeded, (await calls.EndedAsync(await calls.SubmitAsync(video.Id, 2))).State);

                // Who it is, and what it may write.
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

    private async Task StepAsync(string script, params string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        (int code, string said, string error) = await Repository.RunAsync(script, arguments);
        output.WriteLine($"{Path.GetFileName(script)}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
        Assert.True(code == 0, said + error);
    }
}

/// <summary>A test that makes a whole root, skipped unless it was asked for.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ImageFactAttribute : FactAttribute
{
    /// <summary>Looks whether it was asked for, and can be done.</summary>
    public ImageFactAttribute() => Skip = Environment.GetEnvironmentVariable("VGPNN_IMAGE_TEST") != "1" ? "it takes minutes; VGPNN_IMAGE_TEST=1 runs it"
        : Environment.UserName != "root" ? "only root makes roots"
        : Repository.Find("debootstrap") is null ? "debootstrap is not installed" : null;
}
