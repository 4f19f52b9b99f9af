using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

/// <summary>Uploads that decode to huge frames, and senders and decoders that never finish.</summary>
[Collection(ServerGroup.Name)]
public sealed class HostileUploadTests(ApiServer server)
{
    [Theory]
    [InlineData("12000 pixels wide", "-f lavfi -i color=black:s=12000x12000 -frames:v 1 -c:v png -f image2pipe", "input-too-large")]
    [InlineData("4096 pixels high", "-f lavfi -i color=black:s=4096x4096 -frames:v 30 -c:v libx264 -preset ultrafast -f matroska", "input-too-large")]
    [InlineData("an hour long", "-f lavfi -i color=black:s=16x16:r=30 -frames:v 20000 -c:v libx264 -preset ultrafast -f matroska", "input-too-many-frames")]
    public async Task Files_that_decode_beyond_the_limits_are_refused(string name, string ffmpeg, string code)
    {
        Video video = await ApiServer.UploadAsync(server.First, await MadeAsync(ffmpeg), name);
        Assert.Equal((VideoState.Failed, code), (video.State, video.Error?.Code));
        Assert.Contains(name, video.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Length_and_size_in_a_container_header_are_not_trusted()
    {
        byte[] clip = await Clips.SmallAsync();
        Video honest = await ApiServer.UploadAsync(server.First, clip);
        byte[] forged = [.. clip];
        foreach ((string box, int at) in ((string, int)[])[("mvhd", 16), ("mdhd", 16), ("tkhd", 20)])
            BinaryPrimitives.WriteUInt32BigEndian(forged.AsSpan(clip.AsSpan().IndexOf(Encoding.ASCII.GetBytes(box)) + 4 + at), 0x7FFFFFFF);
        int track = clip.AsSpan().IndexOf("tkhd"u8) + 4;
        BinaryPrimitives.WriteUInt32BigEndian(forged.AsSpan(track + 76), 60_000u << 16);
        BinaryPrimitives.WriteUInt32BigEndian(forged.AsSpan(track + 80), 40_000u << 16);

        Video video = await ApiServer.UploadAsync(server.First, forged);

        Assert.Equal(VideoState.Ready, video.State);
        Assert.Equal(honest.Size, video.Size);
    }

    [Fact]
    public async Task Stalled_upload_is_disconnected()
    {
        using var socket = new TcpClient("127.0.0.1", server.Port);
        byte[] head = Encoding.ASCII.GetBytes($"POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.FirstKey}\r\nContent-Length: 1000000\r\n\r\n");
        await socket.GetStream().WriteAsync((byte[])[.. head, .. (await Clips.SmallAsync())[..600]]);
        Assert.Equal("HTTP/1.1 408 Request Timeout", await new StreamReader(socket.GetStream()).ReadLineAsync());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(server.Directory, "data", "blobs", ".staging")));
    }

    [Fact]
    public async Task Hanging_decoder_is_killed_with_its_children_and_its_slot_is_released()
    {
        string directory = Directory.CreateTempSubdirectory("vgpnn-decoder-").FullName, programs = Directory.CreateDirectory(Path.Combine(directory, "bin")).FullName;
        string script = Path.Combine(programs, "ffmpeg"), healed = Path.Combine(directory, "healed"), leaders = Directory.CreateDirectory(Path.Combine(directory, "leaders")).FullName;

        // A decoder may write no file, but it may create a directory.
        await File.WriteAllTextAsync(script, $"#!/bin/sh\n[ -e {healed} ] && exec /usr/bin/ffmpeg \"$@\"\nmkdir {leaders}/$$\nsleep 1000 &\nyes noise >&2\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        var settings = new Dictionary<string, string>
        {
            ["data"] = Path.Combine(directory, "data"),
            ["serve"] = "true",
            ["slots"] = "1",
            ["threads"] = "1",
            ["decodeSeconds"] = "2",
        };
        await using (SiloProcess silo = SiloProcess.Start(directory, settings, programs: programs))
        {
            await silo.ReadyAsync();
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{silo.Port}") };
            http.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(directory, "data", "first-key"))).Trim());
            byte[] clip = await Clips.SmallAsync();

            Video hung = await ApiServer.UploadAsync(http, clip);
            Assert.Equal((VideoState.Failed, "input-timeout"), (hung.State, hung.Error?.Code));
            Assert.Empty(Directory.EnumerateDirectories(leaders).SelectMany(d => OfSession(Path.GetFileName(d))));

            await File.WriteAllTextAsync(healed, "");
            Assert.Equal(VideoState.Ready, (await ApiServer.UploadAsync(http, [.. clip, 0, 0, 0, 8, .. "free"u8])).State);
        }

        Directory.Delete(directory, recursive: true);
    }

    private static async Task<byte[]> MadeAsync(string ffmpeg)
    {
        using Process process = Process.Start(new ProcessStartInfo("ffmpeg", $"-v error {ffmpeg} -") { RedirectStandardOutput = true })!;
        using var made = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(made);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return made.ToArray();
    }

    // proc(5): the session is the fourth number after the name in parentheses.
    private static IEnumerable<string> OfSession(string session) => Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])).Where(d =>
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(d, "stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] != "Z" && fields[3] == session;
        }
        catch (IOException)
        {
            return false;
        }
    });
}
