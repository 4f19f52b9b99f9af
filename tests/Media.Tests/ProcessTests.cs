using System.Diagnostics;
using System.Globalization;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media.Tests;

/// <summary>Programs that behave as badly as they can, in ffmpeg's place.</summary>
public class ProcessTests : MediaTest
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    // Of programs that sleep a thousand seconds; time enough for the busiest machine.
    private static readonly TimeSpan LongBeforeItsEnd = TimeSpan.FromSeconds(300);

    [Theory]
    [InlineData("sleep 1000")]
    [InlineData("sleep 1000 & sleep 1000 & wait")]
    [InlineData("(sleep 1000 &) ; exit 0")]
    [InlineData("trap '' TERM INT HUP; while :; do sleep 1; done")]
    public async Task A_program_that_hangs_is_ended_with_all_its_children_at_the_limit(string body)
    {
        string script = Folder.Script("ffmpeg", $"mkdir {Folder.Path}/$$\n{body}");
        long start = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<TimeoutException>(
            () => FfmpegProcess.RunAsync(new FfmpegRun(script, []) { Timeout = Short }, CancellationToken.None));

        Assert.InRange(Stopwatch.GetElapsedTime(start), Short, LongBeforeItsEnd);
        AssertGroupIsGone();
    }

    [Fact]
    public async Task A_decoder_that_never_stops_is_ended_at_the_frame_limit()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        bin.Script("ffmpeg", $"mkdir {Folder.Path}/$$\nexec cat /dev/zero");
        bin.Script("ffprobe", $"exec {FfmpegTools.OnPath.Ffprobe} \"$@\"");

        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new FfmpegTools(bin.Path), path, new ReadOptions { Limits = new() { MaxFrames = 20 } }, CancellationToken.None));

        Assert.Equal("input-too-many-frames", e.Code);
        AssertGroupIsGone();
    }

    [Fact]
    public async Task A_prober_that_never_stops_talking_is_ended()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        bin.Script("ffprobe", "exec cat /dev/zero");

        await Assert.ThrowsAsync<VgpnnException>(() => ClipReader.ReadAsync(new FfmpegTools(bin.Path), path, new ReadOptions(), CancellationToken.None));
    }

    [Fact]
    public async Task Decoding_beyond_the_wall_clock_is_refused_with_a_way_out()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        bin.Script("ffmpeg", "sleep 1000");
        bin.Script("ffprobe", $"exec {FfmpegTools.OnPath.Ffprobe} \"$@\"");
        var options = new ReadOptions { Limits = new() { Timeout = TimeSpan.FromSeconds(5) } };

        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new FfmpegTools(bin.Path), path, options, CancellationToken.None));

        Assert.Equal((ErrorKind.Input, "input-timeout"), (e.Kind, e.Code));
        Assert.Contains("5 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_kernel_holds_the_memory_the_time_and_the_files_of_a_decoder()
    {
        string script = Folder.Script("ffmpeg", "ulimit -v; ulimit -t; ulimit -f; ulimit -c; ulimit -p; ls -A | wc -l; pwd");
        string output = "";
        var run = new FfmpegRun(script, [])
        {
            Limits = new ProcessLimits(3L << 30, TimeSpan.FromSeconds(77), 50),
            Drain = stream => output = new StreamReader(stream).ReadToEnd(),
        };

        await FfmpegProcess.RunAsync(run, CancellationToken.None);

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["3145728", "77", "0", "0"], lines[..4]);
        if (SandboxWalls.HasTaskLimit) Assert.Equal("50", lines[4]);
        Assert.Equal("0", lines[5]);
        Assert.False(Directory.Exists(lines[6]), "its folder is still there");
    }

    [Fact]
    public async Task A_decoder_that_is_refused_memory_says_so()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        bin.Script("ffmpeg", "echo '[error] x: Cannot allocate memory' >&2; exit 1");
        bin.Script("ffprobe", $"exec {FfmpegTools.OnPath.Ffprobe} \"$@\"");

        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new FfmpegTools(bin.Path), path, new ReadOptions(), CancellationToken.None));

        Assert.Equal("input-memory", e.Code);
    }

    [Fact]
    public async Task An_ffmpeg_that_lacks_an_option_is_called_too_old()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        bin.Script("ffmpeg", "echo \"[fatal] Unrecognized option 'fps_mode'.\" >&2\nexit 1");
        bin.Script("ffprobe", $"exec {FfmpegTools.OnPath.Ffprobe} \"$@\"");

        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new FfmpegTools(bin.Path), path, new ReadOptions(), CancellationToken.None));

        Assert.Equal((ErrorKind.Device, "ffmpeg-too-old"), (e.Kind, e.Code));
    }

    [Fact]
    public async Task A_file_that_is_no_program_is_called_broken()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        bin.Script("ffprobe", "");
        File.WriteAllBytes(bin["ffprobe"], [0x7F, (byte)'E', (byte)'L', (byte)'F', 0, 0]);

        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new FfmpegTools(bin.Path), path, new ReadOptions(), CancellationToken.None));

        Assert.Equal((ErrorKind.Device, "ffmpeg-broken"), (e.Kind, e.Code));
    }

    [Fact]
    public async Task No_report_is_written_on_the_environments_demand()
    {
        string script = Folder.Script("ffmpeg", "echo \"[$FFREPORT]\"; pwd");
        string output = "";

        await FfmpegProcess.RunAsync(
            new FfmpegRun(script, []) { Drain = stream => output = new StreamReader(stream).ReadToEnd() }, CancellationToken.None);

        Assert.Equal("[]\n/\n", output);
    }

    // The programs leave a directory with their number as its name: they may not write files. They lead their group.
    private void AssertGroupIsGone()
    {
        int group = int.Parse(Path.GetFileName(Assert.Single(Directory.GetDirectories(Folder.Path))), CultureInfo.InvariantCulture);
        int[] members = [];

        // A signal has been sent to all of them; a busy machine may need a moment to end them.
        SpinWait.SpinUntil(() => (members = Members(group)).Length == 0, TimeSpan.FromSeconds(20));
        Assert.Empty(members);
    }

    private static int[] Members(int group) =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), out int pid) ? pid : 0)
            .Where(pid => pid > 0 && IsAlive(pid, group)),
    ];

    // /proc/PID/stat: pid (name) state parent group …; a zombie is dead.
    private static bool IsAlive(int pid, int group)
    {
        try
        {
            string[] fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ');
            return fields[2] == group.ToString(CultureInfo.InvariantCulture) && fields[0] is not ("Z" or "X");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
