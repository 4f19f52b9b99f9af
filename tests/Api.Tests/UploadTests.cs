using System.Net;
using System.Net.Sockets;
using System.Text;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

[Collection(ServerGroup.Name)]
public sealed class UploadTests(ApiServer server)
{
    // The beginning of an mp4 file.
    private static readonly byte[] Beginning = [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 0, 0];

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("-i")]
    [InlineData("%03d.png")]
    [InlineData("a%00b")]
    [InlineData("<script>alert(1)</script>.mp4")]
    [InlineData("пример \u202Egp4.mp4")]
    public async Task Upload_name_is_kept_unchanged_and_never_used_as_a_path(string name)
    {
        (HttpClient http, _) = await server.TenantAsync();
        Video video = await ApiServer.UploadAsync(http, await Clips.SmallAsync(), name);
        Assert.Equal((name, VideoState.Ready), (video.Name, video.State));
        using HttpResponseMessage content = await http.GetAsync(video.Links.Content);
        Assert.Equal("application/octet-stream", content.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain('/', content.Content.Headers.ContentDisposition!.FileNameStar!);
        Assert.Contains("sandbox", content.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(server.Directory, "data", "blobs"), "*", SearchOption.AllDirectories),
            f => Assert.DoesNotContain(Path.GetFileName(name), Path.GetFileName(f), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("a\nb")]
    [InlineData("")]
    public async Task Upload_name_with_control_characters_or_excessive_length_is_refused(string name)
    {
        foreach (string bad in (string[])[name, new('x', 4096)])
        {
            using HttpResponseMessage response = await server.First.PostAsync($"/v1/videos?name={Uri.EscapeDataString(bad)}", new ByteArrayContent([1]));
            Assert.Equal(422, (await ApiServer.ProblemAsync(response)).Status);
        }
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nURL\n#EXT-X-ENDLIST\n", "input-playlist")]
    [InlineData("ffconcat version 1.0\nfile 'URL'\n", "input-playlist")]
    [InlineData("hello", "input-unknown-format")]
    [InlineData("\u007fELF\u0002\u0001\u0001", "input-unknown-format")]
    public async Task Files_that_are_not_videos_are_refused_without_outgoing_calls(string text, string code)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        byte[] content = Encoding.Latin1.GetBytes(text.Replace("URL", $"http://{listener.LocalEndpoint}/a.ts", StringComparison.Ordinal));
        using HttpResponseMessage response = await server.First.PostAsync("/v1/videos?name=clip.mp4", new ByteArrayContent(content));
        Problem problem = await ApiServer.ProblemAsync(response);
        Assert.Equal((422, code), (problem.Status, problem.Code));
        Assert.StartsWith("clip.mp4 is ", problem.Detail, StringComparison.Ordinal);
        Assert.False(listener.Pending(), "the server connected");
        Assert.Empty(Staged());
    }

    [Fact]
    public async Task Truncated_video_fails_or_is_read_and_never_hangs()
    {
        byte[] clip = await Clips.SmallAsync();
        foreach (int length in (int[])[1, 7, 8, 12, 40, clip.Length / 2, clip.Length - 1])
        {
            await IsReadOrRefusedAsync(clip[..length], $"{length} bytes");
        }
    }

    [Fact]
    public async Task Video_with_changed_bytes_fails_or_is_read_without_internal_errors()
    {
        byte[] clip = await Clips.SmallAsync();
        var random = new Random(3);
        for (int i = 0; i < 10; i++)
        {
            byte[] bad = [.. clip];
            for (int j = 0; j < 8; j++) bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            await IsReadOrRefusedAsync(bad, $"change {i}");
        }
    }

    private async Task IsReadOrRefusedAsync(byte[] content, string what)
    {
        using HttpResponseMessage response = await server.First.PostAsync("/v1/videos?name=bad.mp4", new ByteArrayContent(content));
        if (!response.IsSuccessStatusCode)
        {
            Assert.Equal(422, (await ApiServer.ProblemAsync(response)).Status);
            return;
        }

        Video video = await ApiServer.LookedAtAsync(server.First, response);
        Assert.True(video.State == VideoState.Ready || video.Error is { Code: not "internal" }, $"{what}: {video.Error}");
        if (video.Error is { } error) Assert.Contains("bad.mp4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_and_oversized_uploads_are_refused()
    {
        Assert.Equal("input-empty", (await ApiServer.ProblemAsync(await server.First.PostAsync("/v1/videos", new ByteArrayContent([])))).Code);
        Assert.Equal("HTTP/1.1 413 Payload Too Large", await TooMuchAsync("Content-Length: 6000000"));
        Assert.Equal("HTTP/1.1 413 Payload Too Large", await TooMuchAsync("Transfer-Encoding: chunked"));
        Assert.Empty(Staged());
    }

    [Fact]
    public async Task Interrupted_upload_leaves_nothing_behind()
    {
        using (var socket = new TcpClient("127.0.0.1", server.Port))
        {
            byte[] head = Encoding.ASCII.GetBytes(
                $"POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.FirstKey}\r\nContent-Length: 1000000\r\n\r\n");
            await socket.GetStream().WriteAsync(head);
            await socket.GetStream().WriteAsync((byte[])[.. Beginning, .. new byte[100_000]]);
            await Cluster.Tests.Support.Until.HoldsAsync("the upload has begun", () => Task.FromResult(Staged().Any()));
        }

        await Cluster.Tests.Support.Until.HoldsAsync("nothing is left of it", () => Task.FromResult(!Staged().Any()));
    }

    [Fact]
    public async Task Identical_uploads_are_stored_once()
    {
        (HttpClient http, _) = await server.TenantAsync();
        byte[] clip = await Clips.SmallAsync();
        Video one = await ApiServer.UploadAsync(http, clip, "one.mp4"), two = await ApiServer.UploadAsync(http, clip, "two.mp4");
        Assert.Equal((one.Id, "one.mp4"), (two.Id, two.Name));
        Assert.Single((await ApiServer.GetAsync<Page<Video>>(http, "/v1/videos")).Items);
    }

    // Written by hand: the server answers before it has read everything, which HTTP clients treat as a broken connection.
    private async Task<string?> TooMuchAsync(string length)
    {
        using var socket = new TcpClient("127.0.0.1", server.Port);
        NetworkStream stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.FirstKey}\r\n{length}\r\n\r\n"));
        Task<string?> answer = new StreamReader(stream).ReadLineAsync();
        byte[] chunk = [.. "10000\r\n"u8, .. Beginning, .. new byte[0x10000 - Beginning.Length], .. "\r\n"u8];
        try
        {
            for (int i = 0; i < 90 && !answer.IsCompleted && length.StartsWith('T'); i++) await stream.WriteAsync(chunk);
        }
        catch (IOException)
        {
            // It has answered, and stops reading.
        }

        return await answer;
    }

    private IEnumerable<string> Staged() => Directory.EnumerateFiles(Path.Combine(server.Directory, "data", "blobs", ".staging"));
}
