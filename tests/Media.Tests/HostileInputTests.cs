using System.Net;
using System.Net.Sockets;
using Vgpnn.Media.Ffmpeg;
using Vgpnn.Media.Frames;
using Vgpnn.Media.Reading;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

public class HostileInputTests : MediaTest
{
    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nURL\n#EXT-X-ENDLIST\n")]
    [InlineData("\uFEFF\n#EXTM3U\n#EXTINF:10,\nURL\n")]
    [InlineData("ffconcat version 1.0\nfile 'URL'\n")]
    [InlineData("file 'URL'\nfile '/etc/passwd'\n")]
    [InlineData("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n")]
    [InlineData("<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><BaseURL>URL</BaseURL></MPD>\n")]
    [InlineData("[playlist]\nFile1=URL\n")]
    [InlineData("<ASX version=\"3.0\"><Entry><Ref href=\"URL\"/></Entry></ASX>\n")]
    public async Task A_playlist_under_a_videos_name_is_refused_and_asks_nobody(string text)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string url = $"http://{listener.LocalEndpoint}/segment.ts";
        string path = Folder.Write("clip.mp4", text.Replace("URL", url, StringComparison.Ordinal));

        await RefusedAsync(path, "input-playlist");

        Assert.False(listener.Pending(), "somebody called");
    }

    [Theory]
    [InlineData("concat", "ffconcat version 1.0\nfile 'other.mp4'\n")]
    [InlineData("hls", "#EXTM3U\n#EXTINF:1,\nURL\n#EXT-X-ENDLIST\n")]
    public async Task Ffmpeg_itself_would_refuse_a_playlist_that_got_past_the_first_bytes(string demuxer, string text)
    {
        // What the demuxer's white list is for: the same arguments, but with the playlist's own demuxer.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Folder.Clip("other.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        string path = Folder.Write("clip.mp4", text.Replace("URL", $"http://{listener.LocalEndpoint}/a.ts", StringComparison.Ordinal));
        InputSource source = InputSource.File(FileKind.Mp4) with { Demuxer = ["-f", demuxer] };
        using var directory = CallDirectory.Create();
        directory.Link("input", path);
        var run = new FfmpegRun(ProgramPath.Environment, directory);

        FfmpegOutcome outcome = await FfprobeQuery.AskAsync(run, source.Arguments(MediaLimits.Default), FfprobeQuery.Packets, 1, CancellationToken.None);

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.NotEmpty(outcome.Log.Errors);

        Assert.False(listener.Pending(), "somebody called");
    }

    [Fact]
    public async Task A_connection_that_a_decoder_tries_reaches_nobody()
    {
        // In a container that allows no namespaces there is no such wall; what is whitelisted is then all that there is.
        if (!SandboxCapabilities.HasNoNetwork) return;
        foreach (ProcessLimits? limits in (ProcessLimits?[])[null, InputSource.Limits(MediaLimits.Default)])
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            FfmpegOutcome outcome = await Programs.RunAsync(
                Path.GetDirectoryName(Programs.Ffprobe)!,
                "ffprobe",
                run => run with { Limits = limits, Timeout = TimeSpan.FromSeconds(20) },
                default,
                "-hide_banner", "-rw_timeout", "300000", "-i", $"http://{listener.LocalEndpoint}/a.mp4");
            Assert.NotEqual(0, outcome.ExitCode);
            Assert.Equal(limits is null, listener.Pending());
        }
    }

    [Fact]
    public async Task An_mp4_that_refers_to_another_file_reads_nothing_of_it()
    {
        // A data reference to a file beside this one, as QuickTime allows.
        byte[] mov = File.ReadAllBytes(Folder.Clip("clip.mov", options: "-c:v rawvideo -pix_fmt rgb24"));
        int reference = mov.AsSpan().IndexOf("dref"u8);
        Assert.True(reference > 0, "dref");
        mov[reference + 4 + 4 + 4 + 11] = 0;

        string path = Folder.Write("refers.mov", mov);
        Exception? e = await Record.ExceptionAsync(() => ClipReader.ReadAsync(path));

        Assert.True(e is null or VgpnnException, $"{e}");
    }

    [Fact]
    public async Task A_bomb_of_an_image_is_refused_by_its_header()
    {
        Directory.CreateDirectory(Folder["frames"]);
        Folder.Ffmpeg("-f lavfi -i color=black:s=12000x12000,format=monob -frames:v 1 frames/1.png");
        File.Copy(Folder["frames/1.png"], Folder["frames/2.png"]);
        using var nothing = new MediaFolder();

        // With no program at hand that could decode it.
        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new ProgramPath(nothing.Path), Folder["frames"], new ReadOptions(), CancellationToken.None));

        Assert.Equal("input-too-large", e.Code);
        Assert.Contains("12000×12000", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bomb.mov", "-c:v png -pix_fmt monob")]
    [InlineData("bomb.gif", "")]
    [InlineData("bomb.avi", "-c:v mjpeg")]
    public async Task A_bomb_in_a_video_is_refused_before_it_goes_off(string name, string options)
    {
        string path = Folder.Ffmpeg($"-f lavfi -i color=black:s=3000x3000,format=gray -frames:v 2 {options} {name}");

        await RefusedAsync(path, "input-too-large");
    }

    [Fact]
    public async Task A_size_that_the_header_hides_is_found_by_the_decoder()
    {
        // The container says 64×48; the pictures inside are larger than allowed.
        byte[] mov = File.ReadAllBytes(Folder.Ffmpeg("-f lavfi -i color=red:s=1000x1000 -frames:v 3 -c:v png clip.mov"));
        int entry = mov.AsSpan().IndexOf("png "u8) + 4 + 24;
        Assert.Equal([3, 0xE8, 3, 0xE8], mov[entry..(entry + 4)].Select(b => (int)b));
        byte[] small = [0, 64, 0, 48];
        small.CopyTo(mov, entry);
        var limits = new MediaLimits { MaxPixelsPerFrame = 500 * 500 };

        await RefusedAsync(Folder.Write("lies.mov", mov), "input-too-large", new ReadOptions { Limits = limits });
    }

    [Fact]
    public async Task Many_large_frames_are_refused_by_their_bytes_before_they_are_decoded()
    {
        string path = Folder.Ffmpeg("-f lavfi -i color=black:s=2048x2048:r=25 -frames:v 60 -c:v libx264 -preset ultrafast -pix_fmt yuv420p clip.mp4");
        using var bin = new MediaFolder();
        bin.Script("ffprobe", $"exec {Programs.Ffprobe} \"$@\"");
        var options = new ReadOptions { Limits = new() { MaxDecodedBytes = 500_000_000 } };

        // Without a decoder: it would be missed if it were asked for.
        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new ProgramPath(bin.Path), path, options, CancellationToken.None));

        Assert.Equal("input-too-large", e.Code);
    }

    [Fact]
    public async Task A_forged_duration_hides_no_frames()
    {
        byte[] mp4 = File.ReadAllBytes(Folder.Clip("clip.mp4", frames: 30, options: "-c:v libx264 -pix_fmt yuv420p"));
        int duration = mp4.AsSpan().IndexOf("mvhd"u8) + 4 + 16;
        mp4.AsSpan(duration, 4).Clear();
        var limits = new MediaLimits { MaxFrames = 10 };

        await RefusedAsync(Folder.Write("lies.mp4", mp4), "input-too-many-frames", new ReadOptions { Limits = limits });
    }

    [Fact]
    public async Task A_file_of_any_name_is_read()
    {
        string[] names =
        [
            "a%03d.mp4", "-f lavfi -i testsrc", "words; rm -rf $HOME `id` glob*?[a].mp4", "concat:a.mp4|b.mp4", "http:line\nbreak üñí \u202Ecode.mp4",
        ];
        string clip = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        foreach (string name in names)
        {
            File.Move(clip, Folder[name]);
            clip = Folder[name];
            Assert.Equal(10, (await ReadAsync(clip)).Frames.Count);
        }
    }

    [Fact]
    public async Task An_image_whose_name_is_a_pattern_is_a_single_image()
    {
        Folder.Write("a001.png", PngFile.Encode(16, 16, 1));
        Folder.Write("a002.png", PngFile.Encode(16, 16, 2));

        await RefusedAsync(Folder.Write("a%03d.png", PngFile.Encode(16, 16, 3)), "input-still-image");
    }

    [Fact]
    public async Task Links_that_lead_nowhere_or_in_a_circle_are_refused()
    {
        File.CreateSymbolicLink(Folder["a.mp4"], Folder["b.mp4"]);
        File.CreateSymbolicLink(Folder["b.mp4"], Folder["a.mp4"]);
        File.CreateSymbolicLink(Folder["dangling.mp4"], Folder["nothing"]);

        await Refused(Folder["a.mp4"]);
        await Refused(Folder["dangling.mp4"]);

        Directory.CreateDirectory(Folder["frames"]);
        Folder.Write("frames/1.png", PngFile.Encode(16, 16, 1));
        File.CreateSymbolicLink(Folder["frames/2.png"], Folder["frames/2.png"]);
        await Refused(Folder["frames"]);

        static async Task Refused(string path)
        {
            VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(() => ClipReader.ReadAsync(path));
            Assert.Equal(ErrorKind.Input, e.Kind);
        }
    }

    [Fact]
    public async Task A_named_pipe_is_refused_and_not_waited_for()
    {
        await RefusedAsync(Folder.Pipe("clip.mp4"), "input-empty");

        Directory.CreateDirectory(Folder["frames"]);
        Folder.Pipe("frames/1.png");
        Folder.Pipe("frames/2.png");
        await RefusedAsync(Folder["frames"], "input-empty");
    }
}
