using System.Reflection;
using System.Text.RegularExpressions;
using FFMpegCore;
using Vgpnn.Media.Ffmpeg;
using Vgpnn.Media.Frames;
using Vgpnn.Media.Reading;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

/// <summary>What FFMpegCore does not guard against, with the real ffmpeg.</summary>
public partial class FfmpegCoreHazardTests : MediaTest
{
    private const string H264 = "-c:v libx264 -pix_fmt yuv420p";

    public static TheoryData<string> Names => ["\"quoted\"", "a\" -f lavfi -i testsrc \"b", "\\", "it's", "-y", "%05d", "line\nbreak", "$(id)"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Input_of_any_name_is_read(string name)
    {
        string clip = Folder.Clip("clip.mp4", options: H264);
        Directory.CreateDirectory(Folder[name]);
        File.Move(clip, Path.Combine(Folder[name], name));

        Assert.Equal(10, (await ReadAsync(Path.Combine(Folder[name], name))).Frames.Count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Output_of_any_name_is_written(string name)
    {
        Directory.CreateDirectory(Folder[name]);
        Clip clip = Noise(32, 16, 3);
        foreach (ClipFormat format in Enum.GetValues<ClipFormat>())
        {
            string path = Path.Combine(Folder[name], name + ClipWriter.Extension(format));
            await ClipWriter.WriteAsync(clip, path, format, comment: name);
            Assert.Equal(3, (await ReadAsync(path)).Frames.Count);
        }

        string lossless = Path.Combine(Folder[name], name + ".mkv");
        await ClipWriter.WriteLosslessAsync(clip, lossless);
        Assert.Equal(clip.ContentHash(), (await ReadAsync(lossless)).ContentHash());
        Assert.Equal(5, Directory.EnumerateFileSystemEntries(Folder[name]).Count());
        Assert.Equal([name], Folder.Names);
    }

    [Fact]
    public async Task Slow_reader_receives_every_frame()
    {
        // What is left after the first of 6 frames of 9 KB fits into the pipe: ffmpeg exits before the second is read.
        string path = Folder.Clip("clip.mp4", frames: 6, options: H264);
        using OpenedInput input = OpenedInput.Open(path, new ReadOptions());
        int frames = 0;
        FfmpegRun run = input.Run(ProgramPath.Environment, MediaLimits.Default, stream =>
        {
            byte[] frame = new byte[64 * 48 * 3];
            stream.ReadExactly(frame);
            frames++;
            Assert.True(SpinWait.SpinUntil(() => !IsRunning("ffmpeg", Folder.Path), TimeSpan.FromSeconds(60)), "ffmpeg has not ended");
            while (stream.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length) frames++;
        });

        FfmpegOutcome outcome = await FfmpegDecoding.FramesAsync(
            run, input.Source.Arguments(MediaLimits.Default), null, "format=rgb24", 100, CancellationToken.None);

        Assert.Equal((0, 6, 6), (outcome.ExitCode, frames, outcome.Log.FramesWritten));
    }

    [Fact]
    public async Task Frames_that_are_lost_on_the_way_are_noticed()
    {
        string path = Folder.Clip("clip.mp4", options: H264);
        using var bin = new MediaFolder();
        bin.Script("ffprobe", $"exec {Programs.Ffprobe} \"$@\"");
        bin.Script("ffmpeg", $"{Programs.Ffmpeg} \"$@\" | {{ head -c {4 * 64 * 48 * 3}; cat > /dev/null; }}");

        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new ProgramPath(bin.Path), path, new ReadOptions(), CancellationToken.None));

        Assert.Equal((ErrorKind.Device, "ffmpeg-broken"), (e.Kind, e.Code));
        Assert.Contains("decoded 10 frames", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decoder_that_floods_its_messages_is_read_to_the_last_frame()
    {
        string path = Folder.Clip("clip.mp4", options: H264);
        using var bin = new MediaFolder();
        bin.Script("ffprobe", $"exec {Programs.Ffprobe} \"$@\"");
        bin.Script("ffmpeg", $"yes '[info] flood' | head -n 1000000 >&2\nexec {Programs.Ffmpeg} \"$@\"");

        ReadResult read = await ClipReader.ReadAsync(new ProgramPath(bin.Path), path, new ReadOptions(), CancellationToken.None);

        Assert.Equal(10, read.Clip.Frames.Count);
    }

    [Fact]
    public async Task Program_in_a_relative_directory_of_the_search_path_is_not_started()
    {
        using var bin = new MediaFolder();
        bin.Script("ffmpeg", $"echo started > {Folder["evil"]}");
        bin.Script("ffprobe", $"echo started > {Folder["evil"]}");
        string path = Folder.Clip("clip.mp4", options: H264);
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, bin.Path);
        string search = $"{relative}{Path.PathSeparator}.{Path.PathSeparator}{Path.GetDirectoryName(Programs.Ffmpeg)}";

        Assert.Equal(10, (await ClipReader.ReadAsync(new ProgramPath(search), path, new ReadOptions(), CancellationToken.None)).Clip.Frames.Count);

        Assert.False(File.Exists(Folder["evil"]), "a program of a relative directory was started");
    }

    [Fact]
    public void Binary_folder_is_absolute_and_holds_nothing_but_the_launcher()
    {
        Assert.True(Path.IsPathFullyQualified(Launcher.Directory));
        Assert.Equal(["ffmpeg", "ffprobe"], Directory.EnumerateFileSystemEntries(Launcher.Directory).Select(f => Path.GetFileName(f)).Order());
        Assert.Equal(File.ReadAllBytes(Path.Combine(Launcher.Directory, "ffmpeg")), File.ReadAllBytes(Path.Combine(Launcher.Directory, "ffprobe")));
    }

    [Fact]
    public void Launcher_is_copied_to_a_private_directory_if_the_shipped_one_cannot_be_used()
    {
        string shipped = Path.Combine(AppContext.BaseDirectory, "sandbox");
        Assert.Equal(shipped, Launcher.Find([Folder["nothing"], shipped], []));

        // Without the permission to execute, and with other content.
        Directory.CreateDirectory(Folder["stripped"]);
        Directory.CreateDirectory(Folder["changed"]);
        foreach (string name in (string[])["ffmpeg", "ffprobe"])
        {
            File.WriteAllBytes(Folder[$"stripped/{name}"], File.ReadAllBytes(Path.Combine(shipped, name)));
            File.Copy(Folder.Script(name, "exit 0"), Folder[$"changed/{name}"]);
        }

        Directory.CreateDirectory(Folder["writable"]);
        string copy = Launcher.Find([Folder["stripped"], Folder["changed"]], [Folder.Write("file", "not a directory"), "relative", Folder["writable"]]);

        Assert.Equal(Folder["writable"], Path.GetDirectoryName(copy));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(copy));
        Assert.Equal(copy, Launcher.Find([copy], []));
        Assert.Throws<IOException>(() => Launcher.Find([], []));
    }

    [Fact]
    public async Task File_without_streams_is_refused()
    {
        // An mp4 that holds a header and nothing else, and a Matroska file without tracks.
        byte[] mp4 = [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 2, 0, .. "isommp41"u8, 0, 0, 0, 8, .. "moov"u8];
        await RefusedAnyAsync(Folder.Write("empty.mp4", mp4));
        await RefusedAnyAsync(Folder.Write("empty.mkv", [0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0x80]));
        Folder.Ffmpeg("-f lavfi -i sine=d=1 -c:a aac sound.mp4");
        await RefusedAsync(Folder["sound.mp4"], "input-no-video");
    }

    [Fact]
    public void Configuration_file_in_the_working_directory_is_not_read()
    {
        // FFMpegCore reads ffmpeg.config.json when its global options are first used, unless they were set before.
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(FfmpegRunner).TypeHandle);
        FieldInfo? current = typeof(GlobalFFOptions).GetField("_current", BindingFlags.Static | BindingFlags.NonPublic);

        Assert.NotNull(current);
        Assert.NotNull(current.GetValue(null));
    }

    [Fact]
    public void Only_the_ffmpeg_room_names_FFMpegCore()
    {
        foreach (Type type in typeof(ClipReader).Assembly.GetTypes().Where(t => t.Namespace?.StartsWith("Vgpnn.", StringComparison.Ordinal) == true))
        {
            if (type.Namespace == "Vgpnn.Media.Ffmpeg") continue;
            foreach (Type used in Used(type))
                Assert.False(used.Assembly.GetName().Name is "FFMpegCore" or "Instances", $"{type} uses {used}");
        }
    }

    // Base types, interfaces, fields, parameters and results of methods, and their local variables.
    private static IEnumerable<Type> Used(Type type)
    {
        const BindingFlags all = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        IEnumerable<Type?> used =
        [
            type.BaseType,
            .. type.GetInterfaces(),
            .. type.GetFields(all).Select(f => f.FieldType),
            .. type.GetMembers(all).OfType<MethodBase>().SelectMany(m => (IEnumerable<Type>)
            [
                .. m.GetParameters().Select(p => p.ParameterType),
                .. m is MethodInfo { ReturnType: { } result } ? [result] : Array.Empty<Type>(),
                .. m.GetMethodBody()?.LocalVariables.Select(v => v.LocalType) ?? [],
            ]),
        ];
        return used.OfType<Type>().SelectMany(t => t.IsGenericType ? [t, .. t.GetGenericArguments()] : (Type[])[t]);
    }

    private async Task RefusedAnyAsync(string path)
    {
        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(() => ClipReader.ReadAsync(path));
        Assert.Equal(ErrorKind.Input, e.Kind);
        Assert.Contains(Folder.Path, e.Message, StringComparison.Ordinal);
    }

    // A process of that name that has a file of the folder open.
    private static bool IsRunning(string name, string folder) => Directory.EnumerateDirectories("/proc").Any(d =>
    {
        try
        {
            return Numeric().IsMatch(Path.GetFileName(d)) && File.ReadAllText(Path.Combine(d, "comm")).Trim() == name
                && new FileInfo(Path.Combine(d, "fd", "3")).LinkTarget?.StartsWith(folder, StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    [GeneratedRegex("^[0-9]+$")]
    private static partial Regex Numeric();
}
