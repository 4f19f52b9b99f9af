using System.Diagnostics;
using System.Globalization;
using Vgpnn.Media.Ffmpeg;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

/// <summary>Programs that behave as badly as they can, in ffmpeg's place.</summary>
public class ProcessTests : MediaTest
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    // Of programs that sleep a thousand seconds; time enough for the busiest machine.
    private static readonly TimeSpan LongBeforeItsEnd = TimeSpan.FromSeconds(300);

    public static TheoryData<string, string> Hanging
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string tool in (string[])["ffmpeg", "ffprobe"])
            {
                cases.Add(tool, "sleep 1000");
                cases.Add(tool, "sleep 1000 & sleep 1000 & wait");
                cases.Add(tool, "(sleep 1000 &) ; exit 0");
                cases.Add(tool, "trap '' TERM INT HUP; while :; do sleep 1; done");
                cases.Add(tool, "trap '' TERM INT HUP; (trap '' TERM INT HUP; (sleep 1000; :) & sleep 1000; :) & wait; sleep 1000");
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Hanging))]
    public async Task Program_that_hangs_is_killed_with_its_descendants_at_the_time_limit(string tool, string body)
    {
        Folder.Script(tool, $"mkdir {Folder.Path}/$$\n{body}");
        long start = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<TimeoutException>(() => Programs.RunAsync(Folder.Path, tool, run => run with { Timeout = Short }));

        Assert.InRange(Stopwatch.GetElapsedTime(start), Short, LongBeforeItsEnd);
        AssertGroupIsGone();
    }

    [Theory]
    [MemberData(nameof(Hanging))]
    public async Task Program_that_hangs_is_killed_with_its_descendants_when_cancelled(string tool, string body)
    {
        using var pipes = new MediaFolder();
        string started = pipes.Pipe("started");
        Folder.Script(tool, $"mkdir {Folder.Path}/$$\necho > {started}\n{body}");
        using var cancellation = new CancellationTokenSource();
        Task<FfmpegOutcome> running = Programs.RunAsync(Folder.Path, tool, run => run, cancellation.Token);
        await Task.Run(() => File.ReadAllText(started));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(LongBeforeItsEnd));
        AssertGroupIsGone();
    }

    [Theory]
    [InlineData("ffmpeg")]
    [InlineData("ffprobe")]
    public async Task Descendant_in_a_session_of_its_own_is_not_waited_for(string tool)
    {
        Folder.Script(tool, $"setsid sh -c 'mkdir {Folder.Path}/$$; exec sleep 1000'\nexit 0");
        long start = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<TimeoutException>(() => Programs.RunAsync(Folder.Path, tool, run => run with { Timeout = Short }));

        Assert.InRange(Stopwatch.GetElapsedTime(start), Short, LongBeforeItsEnd);
        foreach (string pid in Directory.GetDirectories(Folder.Path).Select(d => Path.GetFileName(d)))
        {
            using Process descendant = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture));
            descendant.Kill();
        }
    }

    [Fact]
    public async Task A_decoder_that_never_stops_is_ended_at_the_frame_limit()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        bin.Script("ffmpeg", $"mkdir {Folder.Path}/$$\nexec cat /dev/zero");
        bin.Script("ffprobe", $"exec {Programs.Ffprobe} \"$@\"");

        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new ProgramPath(bin.Path), path, new ReadOptions { Limits = new() { MaxFrames = 20 } }, CancellationToken.None));

        Assert.Equal("input-too-many-frames", e.Code);
        AssertGroupIsGone();
    }

    [Fact]
    public async Task A_prober_that_never_stops_talking_is_ended()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        bin.Script("ffprobe", "exec cat /dev/zero");

        await Assert.ThrowsAsync<VgpnnException>(() => ClipReader.ReadAsync(new ProgramPath(bin.Path), path, new ReadOptions(), CancellationToken.None));
    }

    [Fact]
    public async Task Decoding_beyond_the_wall_clock_is_refused_with_a_way_out()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        bin.Script("ffmpeg", "sleep 1000");
        bin.Script("ffprobe", $"exec {Programs.Ffprobe} \"$@\"");
        var options = new ReadOptions { Limits = new() { Timeout = TimeSpan.FromSeconds(5) } };

        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new ProgramPath(bin.Path), path, options, CancellationToken.None));

        Assert.Equal((ErrorKind.Input, "input-timeout"), (e.Kind, e.Code));
        Assert.Contains("5 s", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ffmpeg")]
    [InlineData("ffprobe")]
    public async Task Memory_time_and_files_of_a_decoder_are_limited_by_the_kernel(string tool)
    {
        Folder.Script(tool, "ulimit -v; ulimit -t; ulimit -f; ulimit -c; ulimit -p; ls -A | wc -l; pwd");

        string output = await Programs.OutputAsync(Folder.Path, tool, new ProcessLimits(3L << 30, TimeSpan.FromSeconds(77), 50));

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["3145728", "77", "0", "0"], lines[..4]);
        if (SandboxCapabilities.HasTaskLimit) Assert.Equal("50", lines[4]);
        Assert.Equal("0", lines[5]);
        Assert.False(Directory.Exists(lines[6]), "its directory is still there");
    }

    [Fact]
    public async Task A_decoder_that_is_refused_memory_says_so()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        bin.Script("ffmpeg", "echo '[error] x: Cannot allocate memory' >&2; exit 1");
        bin.Script("ffprobe", $"exec {Programs.Ffprobe} \"$@\"");

        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new ProgramPath(bin.Path), path, new ReadOptions(), CancellationToken.None));

        Assert.Equal("input-memory", e.Code);
    }

    [Fact]
    public async Task An_ffmpeg_that_lacks_an_option_is_called_too_old()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        bin.Script("ffmpeg", "echo \"[fatal] Unrecognized option 'fps_mode'.\" >&2\nexit 1");
        bin.Script("ffprobe", $"exec {Programs.Ffprobe} \"$@\"");

        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipReader.ReadAsync(new ProgramPath(bin.Path), path, new ReadOptions(), CancellationToken.None));

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
            () => ClipReader.ReadAsync(new ProgramPath(bin.Path), path, new ReadOptions(), CancellationToken.None));

        Assert.Equal((ErrorKind.Device, "ffmpeg-broken"), (e.Kind, e.Code));
    }

    [Theory]
    [InlineData("ffmpeg")]
    [InlineData("ffprobe")]
    public async Task Environment_of_this_process_does_not_reach_the_program(string tool)
    {
        Environment.SetEnvironmentVariable("VGPNN_TEST_PASSWORD", "secret");
        Environment.SetEnvironmentVariable("FFREPORT", $"file={Folder["report"]}");
        Folder.Script(tool, "tr '\\0' '\\n' < /proc/$$/environ");

        string output = await Programs.OutputAsync(Folder.Path, tool);

        // The shell that runs the script adds PWD to its own children only.
        Assert.Equal(["LC_ALL=C", "PATH=/usr/bin:/bin"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(Folder["report"]));
    }

    [Fact]
    public async Task Program_runs_in_an_empty_directory_in_a_session_of_its_own_without_input()
    {
        Folder.Script("ffmpeg", "ls -A | wc -l; cut -d ' ' -f 6 /proc/$$/stat; echo $$; wc -c");

        string[] lines = (await Programs.OutputAsync(Folder.Path, "ffmpeg")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("0", lines[0]);
        Assert.Equal(lines[2], lines[1]);
        Assert.Equal("0", lines[3]);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("two words\tand\na line")]
    [InlineData("\"; -i /etc/passwd -map 0 \"")]
    [InlineData("ends with \\")]
    [InlineData("\\\\\"\\")]
    [InlineData("$HOME `id` $(id) 'x' *")]
    public async Task Every_word_reaches_the_program_as_it_is(string word)
    {
        Folder.Script("ffmpeg", "for word; do printf '<%s>' \"$word\"; done");

        Assert.Equal($"<before><{word}><after><pipe:1>", await Programs.OutputAsync(Folder.Path, "ffmpeg", null, "before", word, "after"));
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
